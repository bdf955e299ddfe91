"""examples/c/framecast.h: python3 -m unittest discover -s tests/pipes"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from fixtures import EVENTS, FRAMES, ROOT, messages, run

HERE = pathlib.Path(__file__).parent
EXAMPLES = ROOT / "examples" / "c"


class C(unittest.TestCase):
    def build(self, source):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = pathlib.Path(folder.name) / "program"
        flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=address,undefined", "-g"]
        subprocess.run(["gcc", *flags, "-I", EXAMPLES, "-o", program, source], check=True)
        return [str(program)]

    def test_a_program_says_what_the_fixture_has_and_hears_every_event(self):
        program = self.build(HERE / "program.c")
        expected = messages(FRAMES)
        # It sends one damaged rectangle at a time.
        expected[3][0].update(damage=[[1, 0, 2, 1]], bytes=8)
        expected[3] = (expected[3][0], expected[3][1][:8])
        told = [json.loads(line)["type"] for line in EVENTS.splitlines()]
        for stdio in (False, True):
            with self.subTest(stdio=stdio):
                written, printed = run(program, stdio=stdio)
                self.assertEqual(messages(written), expected)
                lines = printed.decode().splitlines()
                # The pasted text has two.
                pasted = next(n for n, line in enumerate(lines) if line.startswith("paste"))
                lines[pasted : pasted + 2] = ["\n".join(lines[pasted : pasted + 2])]
                self.assertEqual([line.split(" ")[0] for line in lines], told[1:])
                self.assertEqual(lines[0], "resize 0.25 0 0 000    0 960 1.5")
                self.assertIn("pointer_down 1.5 -1.5 1 110    0 0 0", lines)
                self.assertIn("wheel 1.75 7 0 000    -100 0 0", lines)
                self.assertIn("key_down 2 0 0 000 ArrowUp ArrowUp  0 0 0", lines)
                self.assertIn('char 2.25 0 0 000   ü😀"\\ 0 0 0', lines)
                self.assertIn("paste 2.5 0 0 000   two\nlines\x01 0 0 0", lines)

    def test_escapes_and_long_texts_are_cut_at_whole_characters(self):
        text = "ü" * 600
        events = [{"type": "char", "data": "ü😀é"}, {"type": "char", "data": text}, {"data": "}{\"", "type": "key_down"}]
        written = b"".join(json.dumps(event).replace('": ', '":').encode() + b"\n" for event in events)
        written += json.dumps(events[1], ensure_ascii=False).replace('": ', '":').encode() + b"\n"
        lines = run(self.build(HERE / "program.c"), written)[1].decode().splitlines()
        self.assertIn(" ü😀é ", lines[0])
        for line in (lines[1], lines[3]):
            self.assertIn(f" {'ü' * 511} ", line)
        self.assertIn(' }{" ', lines[2])

    def test_the_example_compiles_without_warnings(self):
        self.build(EXAMPLES / "paint.c")
