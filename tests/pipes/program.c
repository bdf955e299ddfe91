/* Says all that a program can say, and prints what it is told. */
#include "framecast.h"

int main(void) {
    struct framecast_event event;
    unsigned char pixels[40];
    int n;
    for (n = 0; n < 40; n++) pixels[n] = (unsigned char)n;
    if (framecast_open("a \"title\" \xc3\xbc\\", 4, 2)) return 1;
    framecast_present(pixels, 4, 2, "rgb", 0);
    framecast_present(pixels, 4, 2, "rgba", 20);
    framecast_present_part(pixels, 4, 2, "bgra", 0, 1, 0, 2, 1);
    framecast_title("b");
    framecast_cursor("ew-resize");
    framecast_clipboard("two\nlines\t\x01");
    while ((n = framecast_next(&event, -1)) == 1)
        printf("%s %g %g %d %d%d%d %s %s %s %g %d %g\n", event.type, event.timestamp, event.x + event.y, event.button, event.shift,
               event.ctrl, event.alt, event.key, event.code, event.data, event.dy, event.pwidth, event.ratio);
    framecast_close();
    return n == -1 ? 0 : 1;
}
