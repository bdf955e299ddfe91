"""Says all that a program can say, and prints what it is told."""

import sys

sys.path.insert(0, sys.argv[1])
import framecast  # noqa: E402

canvas = framecast.Canvas('a "title" ü\\', size=(4, 2))
pixels = bytes(range(40))
canvas.present(pixels[:24], 4, 2, "rgb")
canvas.present(pixels, 4, 2, "rgba", stride=20)
canvas.present(pixels[:32], 4, 2, "bgra", damage=[(1, 0, 2, 1), (3, 1, 1, 1)])
canvas.title("b")
canvas.cursor("ew-resize")
canvas.clipboard("two\nlines\t\x01")
for event in canvas:
    print(event["type"], event.get("x", "-"), event.get("key", "-"), repr(event.get("data", "-")))
assert canvas.size == (640, 480) and canvas.pixels == (960, 720) and canvas.ratio == 1.5
assert canvas.closed and canvas.wanted
canvas.close()
