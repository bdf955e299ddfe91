"""Pong against a wall: move the pointer, or press Up and Down. framecast run -- python3 pong.py"""

import framecast

WIDTH, HEIGHT, PADDLE = 320, 240, 48
BACK, FORE, BALL = b"\x14\x1e\x32", b"\x8c\xd2\xff", b"\xff\xc8\x3c"

canvas = framecast.Canvas("Pong: 0", size=(WIDTH, HEIGHT))
canvas.cursor("none")
paddle, moving, score = (HEIGHT - PADDLE) / 2, 0, 0
x, y, dx, dy = WIDTH / 2, HEIGHT / 2, 3.0, 1.7


def draw():
    pixels = bytearray(BACK * (WIDTH * HEIGHT))
    for left, top, width, height, color in (8, paddle, 6, PADDLE, FORE), (x - 4, y - 4, 8, 8, BALL):
        for row in range(max(0, int(top)), min(HEIGHT, int(top) + height)):
            start = (row * WIDTH + int(left)) * 3
            pixels[start : start + width * 3] = color * width
    canvas.present(pixels, WIDTH, HEIGHT, "rgb")


for events in canvas.steps(60):
    for event in events:
        if event["type"] == "pointer_move":
            paddle = event["y"] - PADDLE / 2
        elif event["type"] in ("key_down", "key_up") and event["key"] in ("ArrowUp", "ArrowDown"):
            moving = {"ArrowUp": -5, "ArrowDown": 5}[event["key"]] if event["type"] == "key_down" else 0
    paddle = min(max(paddle + moving, 0), HEIGHT - PADDLE)
    x, y = x + dx, y + dy
    if not 4 <= y <= HEIGHT - 4:
        y, dy = min(max(y, 4), HEIGHT - 4), -dy
    if x >= WIDTH - 4:
        x, dx = WIDTH - 4, -dx
    elif dx < 0 and 8 <= x - 4 <= 14 and paddle - 4 <= y <= paddle + PADDLE + 4:
        dx, dy, score = -dx * 1.05, dy + (y - paddle - PADDLE / 2) * 0.05, score + 1
        canvas.title(f"Pong: {score}")
    elif x < 0:
        x, y, dx, dy, score = WIDTH / 2, HEIGHT / 2, 3.0, 1.7, 0
        canvas.title(f"Pong: {score}")
    if canvas.wanted:
        draw()
