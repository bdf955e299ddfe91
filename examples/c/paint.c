/* Paint with the pointer; c clears, Escape ends. cc -o paint paint.c && framecast run -- ./paint */

#include "framecast.h"

enum { WIDTH = 400, HEIGHT = 300, BRUSH = 3 };
static unsigned char pixels[HEIGHT][WIDTH][3];
static int left, top, right, bottom, shown; /* what changed, and whether anything was shown */

static void dot(int x, int y) {
    int row, column;
    for (row = y - BRUSH; row <= y + BRUSH; row++)
        for (column = x - BRUSH; column <= x + BRUSH; column++)
            if (row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH) {
                memcpy(pixels[row][column], "\x20\x5f\xc0", 3);
                if (column < left) left = column;
                if (column >= right) right = column + 1;
                if (row < top) top = row;
                if (row >= bottom) bottom = row + 1;
            }
}

static void stroke(double x, double y, double to_x, double to_y) {
    int step;
    for (step = 0; step <= 200; step++)
        dot((int)(x + (to_x - x) * step / 200), (int)(y + (to_y - y) * step / 200));
}

int main(void) {
    struct framecast_event event;
    double x = 0, y = 0;
    int down = 0, wanted = 0;
    if (framecast_open("Paint", WIDTH, HEIGHT)) return 1;
    printf("printing is fine\n");
    framecast_cursor("crosshair");
    memset(pixels, 0xf4, sizeof pixels);
    while (framecast_next(&event, -1) == 1) {
        if (framecast_is(&event, "pointer_down")) down = 1;
        if (down && framecast_is(&event, "pointer_down")) stroke(event.x, event.y, event.x, event.y);
        if (down && framecast_is(&event, "pointer_move")) stroke(x, y, event.x, event.y);
        if (framecast_is(&event, "pointer_up")) down = 0;
        if (framecast_is(&event, "key_down") && strcmp(event.key, "Escape") == 0) framecast_close();
        if (framecast_is(&event, "key_down") && strcmp(event.key, "c") == 0) {
            memset(pixels, 0xf4, sizeof pixels);
            shown = 0;
        }
        if (strncmp(event.type, "pointer", 7) == 0) x = event.x, y = event.y;
        wanted |= framecast_is(&event, "draw");
        if (wanted && (!shown || right > left)) {
            if (shown)
                framecast_present_part(pixels, WIDTH, HEIGHT, "rgb", 0, left, top, right - left, bottom - top);
            else framecast_present(pixels, WIDTH, HEIGHT, "rgb", 0);
            left = WIDTH, top = HEIGHT, right = bottom = 0, shown = 1, wanted = 0;
        }
    }
    return 0;
}
