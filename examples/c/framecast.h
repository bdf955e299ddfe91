/* Draw on a framecast canvas from C: copy this file beside your program, and run
 *
 *     cc -o program program.c && framecast run -- ./program
 *
 * It needs C99 and POSIX, and nothing else. PIPE.md of framecast documents what goes through the pipes. Include it in
 * one file of the program, before other headers.
 *
 *     struct framecast_event event;
 *     framecast_open("a title", 320, 240);
 *     while (framecast_next(&event, -1) == 1) {
 *         if (framecast_is(&event, "draw")) framecast_present(pixels, 320, 240, "rgba", 0);
 *     }
 */
#ifndef FRAMECAST_H
#define FRAMECAST_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMECAST_VERSION 1

/* What happened. PIPE.md lists the types; fields that an event does not have are 0, or empty. */
struct framecast_event {
    char type[24];        /* "pointer_down", "key_up", "draw", … */
    double timestamp;     /* seconds */
    double x, y;          /* logical pixels */
    double dx, dy;        /* of the wheel */
    int button;           /* 1 left, 2 right, 3 middle */
    int shift, ctrl, alt; /* whether they are held down */
    char key[65];         /* as browsers name it: "a", "ArrowUp" */
    char code[65];        /* the place on the keyboard: "KeyA" */
    char data[1024];      /* typed or pasted text, UTF-8; longer text is cut */
    double width, height; /* of "resize", in logical pixels */
    int pwidth, pheight;  /* of "resize", in physical pixels */
    double ratio;         /* physical pixels per logical pixel */
};

static struct {
    int in, out, ended;
    char *line; /* what was read and not parsed */
    size_t length, capacity;
} framecast_;

static int framecast_write_(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(framecast_.out, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return -1; /* framecast is gone; the next event is the end */
        next += written;
        count -= (size_t)written;
    }
    return 0;
}

/* Writes {"type":TYPE,NAME:TEXT}; TEXT is UTF-8. */
static int framecast_say_(const char *type, const char *name, const char *text, const char *more) {
    size_t length = 0, most = strlen(text) * 6 + strlen(type) + strlen(name) + strlen(more) + 64;
    char *line = malloc(most);
    int result;
    if (!line) return -1;
    length += (size_t)sprintf(line, "{\"type\":\"%s\"%s,\"%s\":\"", type, more, name);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == '"' || c == '\\') length += (size_t)sprintf(line + length, "\\u%04x", c);
        else line[length++] = (char)c;
    }
    length += (size_t)sprintf(line + length, "\"}\n");
    result = framecast_write_(line, length);
    free(line);
    return result;
}

/* Opens the canvas. With a size in pixels it has that size, and views scale it; with 0, 0 it follows the presenter's
 * view: draw pwidth by pheight pixels of the newest "resize". Returns 0, or -1 after a message if framecast did not
 * start the program. */
static inline int framecast_open(const char *title, int width, int height) {
    const char *in = getenv("FRAMECAST_IN"), *out = getenv("FRAMECAST_OUT");
    char more[96] = "";
    framecast_.in = in ? atoi(in) : 0;
    framecast_.out = out ? atoi(out) : 1;
    if (isatty(framecast_.out)) {
        fprintf(stderr, "This program draws through pipes. Run it with: framecast run -- PROGRAM\n");
        return -1;
    }
    if (framecast_.out == 1) { /* what is printed goes to standard error from now on */
        fflush(stdout);
        framecast_.out = dup(1);
        if (framecast_.out < 0 || dup2(2, 1) < 0) return -1;
    }
    signal(SIGPIPE, SIG_IGN);
    if (width > 0) sprintf(more, ",\"version\":%d,\"fixed_size\":[%d,%d]", FRAMECAST_VERSION, width, height);
    else sprintf(more, ",\"version\":%d", FRAMECAST_VERSION);
    return framecast_say_("hello", "title", title, more);
}

/* Where the value of a field begins. Strings are skipped, so that none is taken for a name. */
static const char *framecast_field_(const char *line, const char *name) {
    int depth = 0;
    size_t length = strlen(name);
    for (; *line; line++) {
        if (*line == '{' || *line == '[') depth++;
        if (*line == '}' || *line == ']') depth--;
        if (*line == '"') {
            const char *start = ++line;
            while (*line && *line != '"') line += *line == '\\' && line[1] ? 2 : 1;
            if (!*line) return NULL;
            if (depth == 1 && line[1] == ':' && (size_t)(line - start) == length &&
                strncmp(start, name, length) == 0)
                return line + 2;
        }
    }
    return NULL;
}

static double framecast_number_(const char *line, const char *name) {
    const char *value = framecast_field_(line, name);
    return value ? strtod(value, NULL) : 0;
}

static unsigned framecast_hex_(const char **from) {
    char digits[5] = "";
    int count = 0;
    for (; count < 4 && **from && **from != '"'; count++) digits[count] = *(*from)++;
    return (unsigned)strtoul(digits, NULL, 16);
}

static void framecast_text_(const char *line, const char *name, char *to, size_t size) {
    const char *from = framecast_field_(line, name);
    size_t length = 0;
    to[0] = 0;
    if (!from || *from++ != '"') return;
    while (*from && *from != '"') {
        unsigned long code = (unsigned char)*from++;
        char bytes[4];
        size_t count = 1;
        bytes[0] = (char)code;
        if (code == '\\') {
            char escape = *from ? *from++ : 0;
            const char *names = "bfnrt", *values = "\b\f\n\r\t", *which = strchr(names, escape);
            code = escape && which ? (unsigned char)values[which - names] : (unsigned char)escape;
            if (escape == 'u') {
                code = framecast_hex_(&from);
                if (code >= 0xd800 && code < 0xdc00 && from[0] == '\\' && from[1] == 'u') {
                    from += 2;
                    code = 0x10000 + ((code - 0xd800) << 10) + ((framecast_hex_(&from) - 0xdc00) & 0x3ff);
                }
            }
            if (code < 0x80) bytes[0] = (char)code;
            else {
                static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
                size_t n;
                count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
                for (n = count; n-- > 1; code >>= 6) bytes[n] = (char)(0x80 | (code & 0x3f));
                bytes[0] = (char)(first[count] | code);
            }
        } else if (code >= 0xc0) { /* a whole character, or nothing of it */
            while (count < 4 && ((unsigned char)*from & 0xc0) == 0x80) bytes[count++] = *from++;
        }
        if (length + count >= size) break;
        memcpy(to + length, bytes, count);
        length += count;
    }
    to[length] = 0;
}

static int framecast_held_(const char *line, const char *name) {
    const char *list = framecast_field_(line, "modifiers"), *end = list ? strchr(list, ']') : NULL;
    const char *found = list ? strstr(list, name) : NULL;
    return found && end && found < end;
}

static void framecast_parse_(const char *line, struct framecast_event *event) {
    memset(event, 0, sizeof *event);
    framecast_text_(line, "type", event->type, sizeof event->type);
    framecast_text_(line, "key", event->key, sizeof event->key);
    framecast_text_(line, "code", event->code, sizeof event->code);
    framecast_text_(line, "data", event->data, sizeof event->data);
    event->timestamp = framecast_number_(line, "timestamp");
    event->x = framecast_number_(line, "x");
    event->y = framecast_number_(line, "y");
    event->dx = framecast_number_(line, "dx");
    event->dy = framecast_number_(line, "dy");
    event->button = (int)framecast_number_(line, "button");
    event->shift = framecast_held_(line, "\"Shift\"");
    event->ctrl = framecast_held_(line, "\"Control\"");
    event->alt = framecast_held_(line, "\"Alt\"");
    event->width = framecast_number_(line, "width");
    event->height = framecast_number_(line, "height");
    event->pwidth = (int)framecast_number_(line, "pwidth");
    event->pheight = (int)framecast_number_(line, "pheight");
    event->ratio = framecast_number_(line, "ratio");
}

/* Waits for the next event, for so many milliseconds at most; -1: as long as it takes. Returns 1, or 0 if none came,
 * or -1 when the show is over and the program shall end. */
static inline int framecast_next(struct framecast_event *event, int milliseconds) {
    for (;;) {
        char *end = framecast_.length ? memchr(framecast_.line, '\n', framecast_.length) : NULL;
        struct pollfd ready = {framecast_.in, POLLIN, 0};
        ssize_t count;
        if (end) {
            size_t used = (size_t)(end - framecast_.line) + 1;
            *end = 0;
            framecast_parse_(framecast_.line, event);
            framecast_.length -= used;
            memmove(framecast_.line, framecast_.line + used, framecast_.length);
            if (strcmp(event->type, "hello") == 0) continue;
            return 1;
        }
        if (framecast_.ended) return -1;
        count = poll(&ready, 1, milliseconds);
        if (count < 0 && errno == EINTR) continue;
        if (count == 0) return 0;
        if (framecast_.capacity - framecast_.length < 4096) {
            char *more = realloc(framecast_.line, framecast_.capacity + 65536);
            if (!more) return -1;
            framecast_.line = more;
            framecast_.capacity += 65536;
        }
        count = read(framecast_.in, framecast_.line + framecast_.length, framecast_.capacity - framecast_.length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) framecast_.ended = 1;
        else framecast_.length += (size_t)count;
    }
}

/* Whether an event is of a type. */
static inline int framecast_is(const struct framecast_event *event, const char *type) {
    return strcmp(event->type, type) == 0;
}

/* Shows a frame, row by row, in one of the formats "rgba", "bgra" and "rgb". STRIDE is the number of bytes from the
 * start of a row to the start of the next one, or 0 if rows have no padding. If no frame is wanted, it waits until one
 * is: draw after a "draw". */
static inline int framecast_present(const void *pixels, int width, int height, const char *format, int stride) {
    char line[160];
    int row = width * (strcmp(format, "rgb") == 0 ? 3 : 4);
    size_t bytes;
    if (stride == 0) stride = row;
    bytes = (size_t)stride * (size_t)(height - 1) + (size_t)row;
    sprintf(line, "{\"type\":\"frame\",\"width\":%d,\"height\":%d,\"format\":\"%.8s\",\"stride\":%d,\"bytes\":%zu}\n", width,
            height, format, stride, bytes);
    return framecast_write_(line, strlen(line)) || framecast_write_(pixels, bytes) ? -1 : 0;
}

/* Shows a frame that differs from the one before, of the same size, only inside of a rectangle. Only that is sent. */
static inline int framecast_present_part(const void *pixels, int width, int height, const char *format, int stride,
                                         int x, int y, int part_width, int part_height) {
    char line[224];
    int each = strcmp(format, "rgb") == 0 ? 3 : 4, row;
    if (stride == 0) stride = width * each;
    sprintf(line,
            "{\"type\":\"frame\",\"width\":%d,\"height\":%d,\"format\":\"%.8s\",\"damage\":[[%d,%d,%d,%d]],\"bytes\":%zu}\n",
            width, height, format, x, y, part_width, part_height,
            (size_t)part_width * (size_t)part_height * (size_t)each);
    if (framecast_write_(line, strlen(line))) return -1;
    for (row = y; row < y + part_height; row++) {
        const char *start = (const char *)pixels + (size_t)row * (size_t)stride + (size_t)x * (size_t)each;
        if (framecast_write_(start, (size_t)part_width * (size_t)each)) return -1;
    }
    return 0;
}

/* Sets the title. */
static inline int framecast_title(const char *title) {
    return framecast_say_("title", "title", title, "");
}

/* Sets the cursor, by its name in CSS. */
static inline int framecast_cursor(const char *cursor) {
    return framecast_say_("cursor", "cursor", cursor, "");
}

/* Puts text into the presenter's clipboard. */
static inline int framecast_clipboard(const char *text) {
    return framecast_say_("clipboard", "text", text, "");
}

/* Ends the show. Events come until "close". */
static inline int framecast_close(void) {
    const char *line = "{\"type\":\"close\"}\n";
    return framecast_write_(line, strlen(line));
}

#endif
