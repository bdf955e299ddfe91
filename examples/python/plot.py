"""A plot to zoom into. MPLBACKEND=module://framecast_matplotlib framecast run -- python3 plot.py

The wheel zooms around the pointer. Press o and drag to zoom into a rectangle, p to pan, h to go home. A click marks
the nearest point of the curve.
"""

import numpy
from matplotlib import pyplot

x = numpy.linspace(0, 10, 1001)
y = numpy.sin(x * x / 2) * numpy.exp(-x / 8)

figure, axes = pyplot.subplots(num="a swinging curve", layout="constrained")
axes.plot(x, y, color="tab:blue")
axes.set_xlabel("seconds")
axes.set_ylabel("meters")
axes.grid(alpha=0.3)
(mark,) = axes.plot([], [], "o", color="tab:red", markersize=10)
label = axes.annotate("", (0, 0), (10, 10), textcoords="offset points")


def click(event):
    if event.inaxes is not axes or figure.canvas.toolbar.mode:
        return
    nearest = numpy.argmin(numpy.abs(x - event.xdata))
    mark.set_data([x[nearest]], [y[nearest]])
    label.set_text(f"{x[nearest]:.2f} s, {y[nearest]:.2f} m")
    label.xy = x[nearest], y[nearest]
    figure.canvas.draw_idle()


figure.canvas.mpl_connect("button_press_event", click)
pyplot.show()
