"""framecast's cells beside other programs that draw with half blocks: bytes and CPU a frame.

Each shows the same frames on a pseudo-terminal of 120 x 40 cells with 24-bit colors, whose other
end drains it. CPU is user and system time of the process and its threads, from wait4; what starting
costs is taken off by running twice, with few frames and with many. The least CPU of some rounds,
which take turns, so that all have the same machine. Linux; needs ffmpeg, timg, chafa and mpv:

    apt-get install ffmpeg timg chafa mpv
    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python terminal.py
"""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
FEW, MANY, FPS, ROUNDS = 20, 120, 60, 3
# What a program that does not come to an end is allowed.
PATIENCE = 60


def bench():
    """The program of framecast-terminal's benchmark."""
    command = "cargo bench -p framecast-terminal --bench screen --no-run --message-format=json"
    lines = subprocess.run(command.split(), cwd=ROOT, check=True, capture_output=True).stdout
    for line in lines.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "screen":
            return message["executable"]
    sys.exit("cargo made no benchmark")


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *arguments], check=True)


def raw():
    return ["-f", "rawvideo", "-pix_fmt", "rgba", "-framerate", str(FPS)]


def contents(folder, screen):
    """Raw RGBA frames, whole and reduced to the dots of 120 x 40 cells, and videos of them."""
    sources = {}
    for name in ["motion", "dashboard"]:
        path = f"{folder}/{name}.rgba"
        subprocess.run([screen, "frames", name, str(MANY), path], check=True)
        sources[name] = [*raw(), "-s", "1280x720", "-i", path]
    sources["mandelbrot"] = ["-f", "lavfi", "-i", f"mandelbrot=size=1280x720:rate={FPS}"]
    for name, source in sources.items():
        for size, scale in [("1280x720", "null"), ("120x80", "crop=1080:720,scale=120:80:flags=area")]:
            for count in [FEW, MANY]:
                stem = f"{folder}/{name}-{size}-{count}"
                ffmpeg(*source, "-vf", scale, "-frames:v", str(count), *raw()[:4], f"{stem}.rgba")
                # Nothing to decode: raw pixels in a container.
                again = [*raw(), "-s", size, "-i", f"{stem}.rgba"]
                ffmpeg(*again, "-c:v", "rawvideo", "-pix_fmt", "bgr24", f"{stem}.avi")
                if size == "120x80":
                    os.mkdir(stem)
                    ffmpeg(*again, "-c:v", "xwd", f"{stem}/%03d.xwd")


def run(command):
    """Bytes that came, and seconds of CPU."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 960, 640))
    environment = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor", COLUMNS="120", LINES="40")
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, env=environment,
        start_new_session=True,
    )
    os.close(slave)
    count, end = 0, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            data = os.read(master, 1 << 16)
        except OSError:
            break
        if not data:
            break
        count += len(data)
        # Some ask what the terminal is, and wait.
        if b"\x1b[c" in data:
            os.write(master, b"\x1b[?62;22c")
        if b"\x1b[6n" in data:
            os.write(master, b"\x1b[1;1R")
    else:
        process.kill()
    os.close(master)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        sys.exit(f"{command} failed: {status}")
    return count, usage.ru_utime + usage.ru_stime


def programs(screen, size):
    """How each shows frames, given where they are without the file's ending."""
    mpv = "--no-config --vo=tct --vo-tct-algo=half-blocks --vo-tct-width=120 --vo-tct-height=40"
    mpv = f"mpv {mpv} --no-audio --really-quiet --framedrop=no --load-scripts=no".split()
    chafa = "chafa -f symbols --symbols vhalf -c full -s 120x40 --stretch".split()
    # The terminal is raw, as the backend makes it.
    play = ["sh", "-c", 'stty raw -echo; exec "$@"', "sh", screen, "play"]
    for name, setup in [("exact", "cells"), ("tolerance 2.3", "cells,tolerance=23")]:
        yield f"framecast, {name}", lambda it, s=setup: [*play, s, size, str(FPS), f"{it}.rgba"]
    yield "timg", lambda it: ["timg", "-g120x40", "-ph", "-V", "--loops=1", f"{it}.avi"]
    yield "mpv, tct", lambda it: [*mpv, f"{it}.avi"]
    if size == "120x80":
        script = os.path.join(HERE, "rendercanvas_terminal.py")
        yield "rendercanvas", lambda it: [sys.executable, script, str(FPS), f"{it}.rgba"]
        yield "chafa", lambda it: [*chafa, *(f"{it}/{n}" for n in sorted(os.listdir(it)))]


def main():
    screen = bench()
    with tempfile.TemporaryDirectory() as folder:
        contents(folder, screen)
        print("| frames | content | program | bytes a frame | CPU a frame |")
        print("| --- | --- | --- | ---: | ---: |")
        for size, names in [
            ("120x80", ["motion", "mandelbrot", "dashboard"]),
            ("1280x720", ["motion", "mandelbrot", "dashboard"]),
        ]:
            for name in names:
                found = {}
                for _ in range(ROUNDS):
                    for program, command in programs(screen, size):
                        few, many = (run(command(f"{folder}/{name}-{size}-{n}")) for n in [FEW, MANY])
                        best = found.setdefault(program, [0, [], []])
                        best[0] = (many[0] - few[0]) / (MANY - FEW)
                        best[1].append(few[1])
                        best[2].append(many[1])
                for program, (size_, few, many) in found.items():
                    cpu = (min(many) - min(few)) / (MANY - FEW) * 1e3
                    print(f"| {size} | {name} | {program} | {size_ / 1e3:.1f} KB | {cpu:.2f} ms |", flush=True)


if __name__ == "__main__":
    main()
