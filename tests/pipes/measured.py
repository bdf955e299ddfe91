"""The program that measure.js runs: draws frames of 720p, and says what framecast needed for them, or when keys came."""

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


def seconds_of_a_copy(pixels):
    """Seconds of CPU time that copying a frame within memory takes here, the best of many."""
    target = memoryview(bytearray(pixels))
    best = 1.0
    for _ in range(200):
        start = time.process_time()
        target[:] = pixels
        best = min(best, time.process_time() - start)
    return best


def frames(canvas):
    pictures = [bytes([shade, 80, 160, 255]) * (WIDTH * HEIGHT) for shade in range(4)]
    drawn = 0
    for event in canvas:
        if event["type"] != "draw":
            continue
        if drawn == WARM_UP:
            cpu, start, own = cpu_of_framecast(), time.monotonic(), time.process_time()
        if drawn == WARM_UP + FRAMES:
            cpu, seconds = cpu_of_framecast() - cpu, time.monotonic() - start
            own, copy = time.process_time() - own, seconds_of_a_copy(pictures[0])
            print(f"{FRAMES / seconds:.1f} frames a second")
            print(f"framecast {cpu / FRAMES * 1000:.2f} ms of CPU a frame, the program {own / FRAMES * 1000:.2f} ms")
            print(f"one copy of a frame in memory: {copy * 1000:.2f} ms; framecast took {cpu / FRAMES / copy:.1f} of them")
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


if sys.argv[1] == "frames":
    frames(framecast.Canvas("measured", size=(WIDTH, HEIGHT)))
else:
    keys(framecast.Canvas("measured", size=(64, 64)))
