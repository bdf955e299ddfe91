"""Raw RGBA frames of 120 x 80 pixels, shown by rendercanvas' terminal backend, then the end.

    venv/bin/python rendercanvas_terminal.py FPS FILE
"""

import sys

import numpy as np
from rendercanvas.terminal import RenderCanvas, loop

frames = np.fromfile(sys.argv[2], dtype=np.uint8).reshape(-1, 80, 120, 4)
canvas = RenderCanvas(update_mode="continuous", max_fps=float(sys.argv[1]))
context = canvas.get_context("bitmap")
count = 0


@canvas.request_draw
def draw():
    global count
    if count == len(frames):
        loop.stop()
        return
    context.set_bitmap(frames[count])
    count += 1


loop.run()
