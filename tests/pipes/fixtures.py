"""What helpers are tested with: the events that they are told, and what they must write."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "src" / "bin" / "framecast" / "fixtures"
EVENTS = (FIXTURES / "events.jsonl").read_bytes()
FRAMES = (FIXTURES / "frames.bin").read_bytes()
PATIENCE = 60


def messages(written):
    """What was written: lines as objects, and the pixels after those that announce some."""
    found = []
    while written:
        line, _, written = written.partition(b"\n")
        message = json.loads(line)
        count = message.get("bytes", 0)
        assert len(written) >= count, f"{count} bytes were announced"
        found.append((message, written[:count]))
        written = written[count:]
    return found


def run(command, events=EVENTS, stdio=False, **options):
    """Runs a program with these events. Returns what it wrote to framecast, and what it printed."""
    reader, writer = os.pipe()
    events_out, events_in = os.pipe()
    if stdio:
        options |= {"stdin": events_out, "stdout": writer, "stderr": subprocess.PIPE}
    else:
        names = {"FRAMECAST_IN": str(events_out), "FRAMECAST_OUT": str(writer)}
        options |= {"stdout": subprocess.PIPE, "pass_fds": (events_out, writer), "env": os.environ | names}
    with subprocess.Popen(command, **options) as program:
        os.close(events_out)
        os.close(writer)
        with os.fdopen(events_in, "wb") as told, os.fdopen(reader, "rb") as frames:
            # Fewer than a pipe takes at once.
            told.write(events)
            told.close()
            written = frames.read()
        printed = (program.stderr if stdio else program.stdout).read()
        assert program.wait(PATIENCE) == 0, f"{command} ended with {program.returncode}: {printed}"
    return written, printed
