"""Draw on a framecast canvas from Python: copy this file beside your program, and run

    framecast run -- python3 program.py

It needs Python 3.8 and nothing else. Pixels are bytes, or anything with the buffer protocol, such as arrays of
numpy. PIPE.md of framecast documents what goes through the pipes.

    import framecast

    canvas = framecast.Canvas("a title", size=(320, 240))
    for event in canvas:
        if event["type"] == "draw":
            canvas.present(bytes(320 * 240 * 3), 320, 240, "rgb")
"""

import collections
import json
import os
import sys
import threading
import time

VERSION = 1
_BYTES = {"rgba": 4, "bgra": 4, "rgb": 3}


class Canvas:
    """A canvas. There is one; it opens with the first, and is closed when framecast or the program ends.

    With a `size` in pixels the canvas has that size, and views scale it. Without, it follows the presenter's view:
    draw `canvas.pixels` (width, height).
    """

    def __init__(self, title=None, size=None):
        self._in, self._out = _pipes()
        self._events = collections.deque()
        self._changed = threading.Condition()
        self._ended = False
        self._writing = threading.Lock()
        #: The canvas' size in physical pixels.
        self.pixels = size or (1, 1)
        #: The canvas' size in logical pixels, in which positions of events are.
        self.size = self.pixels
        #: Physical pixels per logical pixel.
        self.ratio = 1.0
        #: Whether the canvas is closed.
        self.closed = False
        #: Whether somebody wants a frame: a "draw" came after the last frame.
        self.wanted = False
        self._write({"type": "hello", "version": VERSION, "title": title, "fixed_size": size})
        threading.Thread(target=self._read, name="framecast", daemon=True).start()

    # Events: dictionaries with the fields that PIPE.md lists.

    def __iter__(self):
        """Waits for events, until the canvas is closed. The last one is "close"."""
        while True:
            event = self.wait()
            if event is None:
                return
            yield event

    def poll(self):
        """Returns the next event, or None if there is none right now."""
        return self.wait(0)

    def wait(self, seconds=None):
        """Waits for the next event, for so many seconds at most. Returns None if none came, or after the last."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._ended, seconds)
            if not self._events:
                self.closed = self.closed or self._ended
                return None
            event = self._events.popleft()
        kind = event["type"]
        if kind == "resize":
            self.size, self.ratio = (event["width"], event["height"]), event["ratio"]
            self.pixels = (event["pwidth"], event["pheight"])
        elif kind == "draw":
            self.wanted = True
        elif kind == "close":
            self.closed = True
        return event

    def steps(self, per_second):
        """For programs with a clock of their own: yields lists of events, so many times a second."""
        due = time.monotonic()
        while not self.closed:
            events = []
            due = max(due + 1 / per_second, time.monotonic() - 1)
            while True:
                event = self.wait(max(0, due - time.monotonic()))
                if event is None:
                    break
                events.append(event)
            yield events

    # What a program does.

    def present(self, pixels, width=None, height=None, format="rgba", stride=None, damage=None):
        """Shows a frame: its pixels row by row, in one of the formats "rgba", "bgra" and "rgb".

        An array of numpy of the shape (height, width, 3 or 4) tells its size and format itself. `damage` lists
        rectangles (x, y, width, height), of a frame of the same size as the one before: only they are sent, and
        nothing else may have changed.

        If no frame is wanted, it waits until one is: draw after a "draw", or ask `canvas.wanted`.
        """
        if width is None:
            height, width = pixels.shape[:2]
            format = "rgb" if pixels.shape[2] == 3 else format
        row = width * _BYTES[format]
        if hasattr(pixels, "tobytes") and not memoryview(pixels).c_contiguous:
            pixels = pixels.tobytes()
        data = memoryview(pixels).cast("B")
        stride = stride or row
        line = {"type": "frame", "width": width, "height": height, "format": format}
        if damage is None:
            data = [data[: stride * (height - 1) + row]]
            line["stride"] = stride
        else:
            each = _BYTES[format]
            damage = [tuple(map(int, rect)) for rect in damage]
            data = [
                data[(y + n) * stride + x * each :][: w * each] for x, y, w, h in damage for n in range(h)
            ]
            line["damage"] = damage
        line["bytes"] = sum(map(len, data))
        self.wanted = False
        self._write(line, data)

    def title(self, title):
        """Sets the title."""
        self._write({"type": "title", "title": title})

    def cursor(self, cursor):
        """Sets the cursor, by its name in CSS."""
        self._write({"type": "cursor", "cursor": cursor})

    def clipboard(self, text):
        """Puts text into the presenter's clipboard."""
        self._write({"type": "clipboard", "text": text})

    def close(self):
        """Ends the show. Events come until "close"."""
        self._write({"type": "close"})

    def _write(self, line, data=()):
        head = (json.dumps(line) + "\n").encode()
        with self._writing:
            try:
                # Small pieces together, large ones without a copy.
                for piece in (head, *data) if len(data) == 1 else (head + b"".join(data),):
                    while piece:
                        piece = piece[os.write(self._out, piece) :]
            except OSError:
                # framecast is gone. The reader finds out, too.
                pass

    def _read(self):
        with os.fdopen(self._in, "rb") as lines:
            for line in lines:
                event = json.loads(line)
                if event["type"] == "hello":
                    continue
                with self._changed:
                    self._events.append(event)
                    self._changed.notify()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def _pipes():
    """The descriptors of events and frames. Where frames go to standard output, what is printed goes to standard
    error from now on."""
    reader, writer = int(os.environ.get("FRAMECAST_IN", 0)), int(os.environ.get("FRAMECAST_OUT", 1))
    if os.isatty(writer):
        sys.exit(f"This program draws through pipes. Run it with: framecast run -- python3 {sys.argv[0]}")
    if writer == 1:
        sys.stdout.flush()
        writer = os.dup(1)
        os.dup2(2, 1)
        if sys.platform == "win32":
            import msvcrt

            msvcrt.setmode(writer, os.O_BINARY)
    for descriptor in (reader, writer):
        os.set_inheritable(descriptor, False)
    return reader, writer
