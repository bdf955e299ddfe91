"""The program that measure.js runs: draws frames of 720p, and says what framecast needed for them, or when keys came."""

import fcntl
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "python"))
import framecast  # noqa: E402

WIDTH, HEIGHT = 1280, 720
WARM_UP, FRAMES = 60, 600


def cpu_of_framecast():
    """Seconds of CPU time of all threads of framecast."""
    fields = pathlib.Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_of_reading(pixels):
    """Seconds of CPU time in which a process reads such a frame from a pipe into its memory, 60 times a second, and does
    nothing else."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
    if os.fork() == 0:
        due = time.monotonic()
        for _ in range(FRAMES):
            left = memoryview(pixels)
            while left:
                left = left[os.write(writer, left) :]
            due += 1 / 60
            time.sleep(max(0, due - time.monotonic()))
        os._exit(0)
    os.close(writer)
    # As many as framecast has in use.
    buffers = [bytearray(len(pixels)) for _ in range(3)]
    start = time.process_time()
    for n in range(FRAMES):
        left = memoryview(buffers[n % 3])
        while left:
            left = left[os.readv(reader, [left]) :]
    return (time.process_time() - start) / FRAMES


def frames():
    pictures = [bytes([shade, 80, 160, 255]) * (WIDTH * HEIGHT) for shade in range(4)]
    reading = cpu_of_reading(pictures[0])
    canvas, drawn = framecast.Canvas("measured", size=(WIDTH, HEIGHT)), 0
    for event in canvas:
        if event["type"] != "draw":
            continue
        if drawn == WARM_UP:
            cpu, start, own = cpu_of_framecast(), time.monotonic(), time.process_time()
        if drawn == WARM_UP + FRAMES:
            cpu, seconds = (cpu_of_framecast() - cpu) / FRAMES, time.monotonic() - start
            own = (time.process_time() - own) / FRAMES
            print(f"{FRAMES / seconds:.1f} frames a second")
            print(f"CPU a frame: framecast {cpu * 1000:.2f} ms, the program {own * 1000:.2f} ms")
            print(f"who only reads them from a pipe: {reading * 1000:.2f} ms; framecast {cpu / reading:.2f} times that")
            canvas.close()
            return
        canvas.present(pictures[drawn % 4], WIDTH, HEIGHT)
        drawn += 1


def keys(canvas):
    for event in canvas:
        now = time.time()
        if event["type"] == "draw":
            canvas.present(bytes(64 * 64 * 4), 64, 64)
        if event["type"] == "key_down":
            print(f"{now * 1000:.3f}", flush=True)


if sys.argv[1:] == ["frames"]:
    frames()
else:
    keys(framecast.Canvas("measured", size=(64, 64)))
