"""Show figures of matplotlib on a framecast canvas: copy this file and framecast.py beside your script, and run

    MPLBACKEND=module://framecast_matplotlib framecast run -- python3 script.py

The script stays as it is: `plt.show()` shows its newest figure until the canvas is closed. Keys are those of
matplotlib: o zooms into a rectangle, p pans, h or r goes home, left and right go back and forth, g draws a grid,
k and l switch axes to logarithms. The wheel zooms around the pointer. It needs matplotlib 3.10 or newer.
"""

import numpy
from matplotlib.backend_bases import (
    FigureManagerBase,
    KeyEvent,
    LocationEvent,
    MouseEvent,
    NavigationToolbar2,
    ResizeEvent,
    cursors,
    key_press_handler,
)
from matplotlib.backends.backend_agg import FigureCanvasAgg

import framecast

_CURSORS = {
    cursors.HAND: "pointer",
    cursors.POINTER: "default",
    cursors.SELECT_REGION: "crosshair",
    cursors.MOVE: "move",
    cursors.WAIT: "wait",
    cursors.RESIZE_HORIZONTAL: "ew-resize",
    cursors.RESIZE_VERTICAL: "ns-resize",
}
#: Names of keys, as matplotlib has them.
_KEYS = {
    "ArrowUp": "up", "ArrowDown": "down", "ArrowLeft": "left", "ArrowRight": "right", "Escape": "escape",
    "Control": "control", "Shift": "shift", "Alt": "alt", "Meta": "super", "Enter": "enter", "Tab": "tab",
    "Backspace": "backspace", "Delete": "delete", "Insert": "insert", "Home": "home", "End": "end",
    "PageUp": "pageup", "PageDown": "pagedown",
}
#: Numbers of buttons, as matplotlib has them.
_BUTTONS = {1: 1, 2: 3, 3: 2}


class FigureCanvas(FigureCanvasAgg):
    """A figure's canvas, which is drawn when a viewer wants it."""

    stale_picture = True
    rubberband = None

    def draw_idle(self):
        self.stale_picture = True

    def set_cursor(self, cursor):
        if self.manager.program:
            self.manager.program.cursor(_CURSORS.get(cursor, "default"))

    def picture(self):
        """The figure as an array of RGBA, with the rectangle that is being dragged."""
        self.draw()
        self.stale_picture = False
        pixels = numpy.asarray(self.buffer_rgba())
        if self.rubberband:
            pixels = pixels.copy()
            left, right, top, bottom = self.rubberband
            for edge in (
                pixels[top:bottom, left : left + 1],
                pixels[top:bottom, right - 1 : right],
                pixels[top : top + 1, left:right],
                pixels[bottom - 1 : bottom, left:right],
            ):
                edge[:] = (0, 0, 0, 255)
        return pixels


class Toolbar(NavigationToolbar2):
    """Pans and zooms, by keys alone."""

    def draw_rubberband(self, event, x0, y0, x1, y1):
        height = self.canvas.get_width_height(physical=True)[1]
        self.canvas.rubberband = (*sorted((int(x0), int(x1))), *sorted((height - int(y0), height - int(y1))))
        self.canvas.draw_idle()

    def remove_rubberband(self):
        self.canvas.rubberband = None
        self.canvas.draw_idle()


class FigureManager(FigureManagerBase):
    """Shows one figure."""

    program = None

    def __init__(self, canvas, number):
        super().__init__(canvas, number)
        self.toolbar = Toolbar(canvas)

    def set_window_title(self, title):
        self.window_title = title
        if self.program:
            self.program.title(title)

    def get_window_title(self):
        return getattr(self, "window_title", f"Figure {self.num}")

    @classmethod
    def pyplot_show(cls, *, block=None):
        from matplotlib import pyplot

        numbers = pyplot.get_fignums()
        if numbers and block is not False:
            pyplot.figure(numbers[-1]).canvas.manager.run()

    def run(self):
        """Shows the figure until the canvas is closed."""
        self.program = framecast.Canvas(self.get_window_title())
        for event in self.program:
            self.handle(event)
            if self.program.wanted and self.canvas.stale_picture:
                self.program.present(self.canvas.picture())
        self.program = None

    def handle(self, event):
        kind, canvas = event["type"], self.canvas
        if kind == "resize":
            self.resize_figure()
        elif kind.startswith("pointer") or kind in ("wheel", "double_click"):
            # From the bottom, in physical pixels.
            x = event["x"] * self.program.ratio
            y = canvas.figure.bbox.height - event["y"] * self.program.ratio
            self.point(event, kind, x, y)
        elif kind in ("key_down", "key_up"):
            name = "key_press_event" if kind == "key_down" else "key_release_event"
            KeyEvent(name, canvas, _key(event), 0, 0)._process()
            if kind == "key_down":
                key_press_handler(KeyEvent(name, canvas, _key(event), 0, 0), canvas, self.toolbar)

    def point(self, event, kind, x, y):
        canvas, button = self.canvas, _BUTTONS.get(event.get("button"))
        if kind == "pointer_move":
            held = {_BUTTONS.get(it) for it in event["buttons"]} - {None}
            MouseEvent("motion_notify_event", canvas, x, y, buttons=held)._process()
        elif kind == "pointer_down" and button:
            MouseEvent("button_press_event", canvas, x, y, button)._process()
        elif kind == "double_click" and button:
            # Comes after both clicks.
            MouseEvent("button_press_event", canvas, x, y, button, dblclick=True)._process()
            MouseEvent("button_release_event", canvas, x, y, button)._process()
        elif kind == "pointer_up" and button:
            MouseEvent("button_release_event", canvas, x, y, button)._process()
        elif kind in ("pointer_enter", "pointer_leave"):
            name = "figure_enter_event" if kind == "pointer_enter" else "figure_leave_event"
            LocationEvent(name, canvas, x, y)._process()
        elif kind == "wheel":
            step = -event["dy"] / 100
            mouse = MouseEvent("scroll_event", canvas, x, y, step=step)
            mouse._process()
            self.zoom(mouse)

    def zoom(self, mouse):
        """Zooms the axes around the pointer."""
        axes = mouse.inaxes
        if not axes or not axes.get_navigate() or mouse.step == 0:
            return
        if self.toolbar._nav_stack() is None:
            self.toolbar.push_current()
        scale = 0.85 ** max(-5, min(5, mouse.step))
        corners = axes.bbox.get_points()
        around = ((corners - (mouse.x, mouse.y)) * scale) + (mouse.x, mouse.y)
        (left, bottom), (right, top) = axes.transData.inverted().transform(around)
        axes.set_xlim(left, right)
        axes.set_ylim(bottom, top)
        self.toolbar.push_current()
        self.canvas.draw_idle()

    def resize_figure(self):
        figure, (width, height) = self.canvas.figure, self.program.pixels
        self.canvas._set_device_pixel_ratio(self.program.ratio)
        # Half a pixel more: matplotlib rounds down.
        figure.set_size_inches((width + 0.5) / figure.dpi, (height + 0.5) / figure.dpi, forward=False)
        ResizeEvent("resize_event", self.canvas)._process()
        self.canvas.draw_idle()


def _key(event):
    key = _KEYS.get(event["key"], event["key"])
    prefix = [name for flag, name in (("Control", "ctrl"), ("Alt", "alt"), ("Meta", "cmd")) if flag in event["modifiers"]]
    return "+".join([*prefix, key]) if key not in ("control", "alt", "super", "shift") else key


FigureCanvas.manager_class = FigureManager
