"""The content "motion" of framecast-load, shown by rendercanvas' http backend.

    python -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python rendercanvas_motion.py PORT

One client paces it by acknowledging: framecast-load watch --whole --pid PID 127.0.0.1:PORT
"""

import sys

import numpy as np
import simplejpeg  # noqa: F401  without it rendercanvas would send PNG
from rendercanvas.http import RenderCanvas, loop

WIDTH, HEIGHT, SPARE, STEP = 1280, 720, 640, 4


def photo(width, height):
    """Soft shapes of many colors, and grain: as in tests/load/src/content.rs."""
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]

    def wave(a, b, c):
        return 128 + 60 * np.sin(x / a + y / b + c) + 45 * np.cos(x / b - y / a + 2 * c)

    grain = np.empty(width * height, dtype=np.float32)
    state = 1
    for n in range(grain.size):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        grain[n] = (state >> 28) - 8
    grain = grain.reshape(height, width)
    channels = [wave(61, 97, 0) + grain, wave(83, 71, 1) + grain, wave(131, 53, 2) + grain]
    rgb = np.clip(np.stack(channels, axis=2), 0, 255).astype(np.uint8)
    return np.dstack([rgb, np.full((height, width), 255, dtype=np.uint8)])


picture = photo(WIDTH + SPARE, HEIGHT)
canvas = RenderCanvas(size=(WIDTH, HEIGHT), update_mode="continuous", max_fps=60)
context = canvas.get_context("bitmap")
frame = 0


@canvas.request_draw
def draw():
    global frame
    at = frame * STEP % (2 * SPARE)
    left = at if at < SPARE else 2 * SPARE - at - 1
    frame += 1
    context.set_bitmap(np.ascontiguousarray(picture[:, left : left + WIDTH]))


loop.run(host="127.0.0.1", port=int(sys.argv[1]))
