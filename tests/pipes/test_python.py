"""examples/python/framecast.py: python3 -m unittest discover -s tests/pipes"""

import json
import os
import pathlib
import pty
import subprocess
import sys
import unittest

from fixtures import EVENTS, FRAMES, PATIENCE, ROOT, messages, run

HERE = pathlib.Path(__file__).parent
HELPER = ROOT / "examples" / "python"
PROGRAM = [sys.executable, str(HERE / "python_program.py"), str(HELPER)]


class Python(unittest.TestCase):
    def test_a_program_says_what_the_fixture_has_and_hears_every_event(self):
        for stdio in (False, True):
            with self.subTest(stdio=stdio):
                written, printed = run(PROGRAM, stdio=stdio)
                self.assertEqual(messages(written), messages(FRAMES))
                heard = [line.split(" ")[0] for line in printed.decode().splitlines()]
                told = [json.loads(line)["type"] for line in EVENTS.splitlines()]
                self.assertEqual(heard, told[1:])
                self.assertIn("char - - 'ü😀\"\\\\'", printed.decode())

    def test_the_end_of_the_pipe_is_the_end_though_nobody_said_close(self):
        code = f"""
import sys; sys.path.insert(0, {str(HELPER)!r})
import framecast
canvas = framecast.Canvas()
print([event["type"] for event in canvas], canvas.closed)
print(canvas.poll(), canvas.wait(1000))
"""
        written, printed = run([sys.executable, "-c", code], b'{"type":"hello","version":1}\n{"type":"draw","timestamp":1}\n')
        self.assertEqual(printed.decode(), "['draw'] True\nNone None\n")
        hello = {"type": "hello", "version": 1, "title": None, "fixed_size": None}
        self.assertEqual(messages(written), [(hello, b"")])

    def test_steps_hand_out_the_events_and_end_with_the_canvas(self):
        code = f"""
import sys; sys.path.insert(0, {str(HELPER)!r})
import framecast
for events in framecast.Canvas().steps(1000):
    for event in events:
        print(event["type"])
"""
        printed = run([sys.executable, "-c", code])[1].decode().split()
        self.assertEqual((printed[0], printed[-1], len(printed)), ("resize", "close", 21))

    def test_without_framecast_it_says_how_to_run_it(self):
        _, terminal = pty.openpty()
        self.addCleanup(os.close, terminal)
        output = subprocess.run(PROGRAM, stdout=terminal, stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(output.returncode, 1)
        self.assertIn(b"framecast run -- python3", output.stderr)
