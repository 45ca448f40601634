"""What is refused, and how: in the lines that the command line prints."""

import os
import signal
import tempfile
import threading
import time
import types
import unittest
from pathlib import Path

import numpy as np
import soundfile

import divisi
from common import PIANO, run, sound

NOTES = [(0.1, 0.5, 60), (0.8, 0.5, 48)]


def refused(kind: type, *arguments: object, **settings: object) -> str:
    try:
        divisi.separate(*arguments, **settings)
    except kind as error:
        return str(error)
    raise AssertionError(f"expected {kind.__name__}")


class ErrorTests(unittest.TestCase):
    rate = 44100

    def setUp(self) -> None:
        self.audio = np.sin(np.arange(2 * self.rate) / 20).astype("f4")

    def test_shapes(self) -> None:
        for shape, words in [
            ((1000, 2), "(1000, 2), which looks like (samples, channels)"),
            ((2, 3, 4), "(2, 3, 4)"),
            ((), "()"),
        ]:
            self.assertIn(words, refused(divisi.InputError, np.zeros(shape, "f4"), self.rate, NOTES))
        text = refused(divisi.InputError, np.zeros((65, 100), "f4"), self.rate, NOTES)
        self.assertEqual(text, "audio: expected 1 to 64 channels; there are 65")

    def test_dtypes(self) -> None:
        for dtype in ("i2", "u1", "c8", "U4"):
            text = refused(divisi.InputError, np.zeros(1000, dtype), self.rate, NOTES)
            self.assertIn("expected floating-point samples", text)

    def test_what_the_command_line_refuses(self) -> None:
        broken = self.audio.copy()
        broken[70000] = np.nan
        with tempfile.TemporaryDirectory() as folder:
            for audio, rate in [
                (broken, self.rate),
                (self.audio, 5),
                (self.audio, 400000),
                (self.audio[:0], self.rate),
            ]:
                path = Path(folder) / "audio.wav"
                soundfile.write(path, audio, rate, subtype="FLOAT")
                score = Path(folder) / "notes.csv"
                score.write_text("start;duration;pitch\n0.1;0.5;60\n0.8;0.5;48\n")
                said = run("separate", path, "--score", score, "-o", folder, "--align", "off").stderr
                text = refused(divisi.InputError, audio, rate, NOTES, align=False)
                self.assertEqual(said.strip(), f"divisi: {folder}/{text}".replace("audio:", "audio.wav:"))

    def test_options_as_the_command_line_says_it(self) -> None:
        for settings, options in [
            ({"iterations": 200000}, ["--iterations", "200000"]),
            ({"window": 4096, "hop": 4096}, ["--window", "4096", "--hop", "4096"]),
            ({"divergence": "xy"}, ["--divergence", "xy"]),
            ({"model": "xy"}, ["--model", "xy"]),
            ({"parts": "left"}, ["--parts", "left"]),
            ({"spatial": "perhaps"}, ["--spatial", "perhaps"]),
            ({"score_rate": -1}, ["--score-rate=-1"]),
            ({"lookahead": 1}, ["--lookahead", "1"]),
        ]:
            said = run("separate", PIANO / "mix.flac", "--score", PIANO / "score.mid", "-o", "/nonexistent", *options)
            text = refused(divisi.OptionError, self.audio, self.rate, NOTES, **settings)
            self.assertTrue(f"Error: {text}".startswith(said.stderr.splitlines()[0]), text)
        self.assertIn("'--colour'", refused(divisi.OptionError, self.audio, self.rate, NOTES, colour=1))
        self.assertIn(
            "refinements: expected 0 to 1000", refused(divisi.OptionError, self.audio, self.rate, NOTES, refinements=-1)
        )

    def test_presets_and_files(self) -> None:
        said = run(
            "separate", PIANO / "mix.flac", "--score", PIANO / "score.mid", "-o", "/x", "-p", "no-such.ttl"
        ).stderr
        text = refused(divisi.InputError, self.audio, self.rate, NOTES, "no-such.ttl")
        self.assertEqual(said.strip(), f"divisi: {text}")
        said = run("inspect", "/nonexistent.mid").stderr
        self.assertEqual(
            said.strip(), "divisi: " + refused(divisi.InputError, self.audio, self.rate, "/nonexistent.mid")
        )
        with self.assertRaises(divisi.InputError):
            divisi.read_score(PIANO / "mix.flac")

    def test_notes(self) -> None:
        for notes, words in [
            ([], "notes: expected at least one note, found none"),
            (np.zeros(0, divisi.note_dtype), "notes: expected at least one note, found none"),
            ([(0, 1, 128)], "notes: note 1: expected a pitch from 0 to 127, found 128"),
            ([(0, 1, 60), (0, 1, 60.5)], "notes: note 2: expected a whole number as pitch, found 60.5"),
            ([(float("nan"), 1, 60)], "notes: note 1: expected a number from 0.0 to 360000.0 as start, found nan"),
            ([(1, -0.5, 60)], "notes: note 1: expected a number from 1.0 to 360000.0 as end, found 0.5"),
            ([(1, 1)], "notes: note 1: expected (onset, duration, pitch)"),
            ([(1, 1, "C4")], "notes: expected numbers as pitch"),
            (np.zeros(3, [("time", "f8")]), "notes: expected fields onset, pitch and duration or release, found time"),
        ]:
            self.assertIn(words, refused(divisi.InputError, self.audio, self.rate, notes))
        text = refused(divisi.InputError, self.audio, self.rate, [(500, 1, 60)], align=False, partial=True)
        self.assertEqual(text, "notes: expected notes between 0 s and the end of audio at 2.0 s; found none")

    def test_other_peoples_notes(self) -> None:
        note = types.SimpleNamespace(start=0.1, end=0.6, pitch=60, velocity=90)
        line = types.SimpleNamespace(notes=[note], is_drum=False, name="violin")
        low = types.SimpleNamespace(
            notes=[types.SimpleNamespace(start=0.8, end=1.3, pitch=48, velocity=90)], is_drum=False, name="cello"
        )
        midi = types.SimpleNamespace(instruments=[line, low])
        settings = {"align": False, "partial": True, "iterations": 2}
        parts = divisi.separate(self.audio, self.rate, midi, "parts", **settings)
        self.assertEqual(set(parts), {"violin", "cello", "residual"})
        annotated = types.SimpleNamespace(
            intervals=np.array([[0.1, 0.6], [0.8, 1.3]]), pitches=np.array([261.6256, 130.8128]), pitch_unit="hz"
        )
        rows = [(0.1, 0.5, 60), (0.8, 0.5, 48)]
        same = [
            divisi.separate(self.audio, self.rate, notes, split="C4", **settings)
            for notes in (annotated, rows, np.array(rows))
        ]
        for name in ("left", "right"):
            np.testing.assert_allclose(same[0][name], same[1][name], atol=1e-6)
            np.testing.assert_array_equal(same[1][name], same[2][name])


class ProgressTests(unittest.TestCase):
    def test_progress_rises_and_cancels(self) -> None:
        audio, rate = sound(PIANO)
        seen: list[float] = []
        divisi.separate(audio, rate, PIANO / "score.mid", "hands-fast", progress=seen.append)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(seen[-1], 1)
        with self.assertRaises(divisi.Cancelled):
            divisi.separate(audio, rate, PIANO / "score.mid", progress=lambda done: done < 0.3)
        with self.assertRaises(ZeroDivisionError):
            divisi.separate(audio, rate, PIANO / "score.mid", progress=lambda done: 1 / 0)

    def test_interrupts_end_a_call(self) -> None:
        audio, rate = sound(PIANO)
        # Python leaves it alone where whoever started it has.
        former = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, former)
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        try:
            with self.assertRaises(KeyboardInterrupt):
                timer.start()
                divisi.separate(audio, rate, PIANO / "score.mid", iterations=10000)
        finally:
            timer.cancel()

    def test_others_run_meanwhile(self) -> None:
        audio, rate = sound(PIANO)
        thread = threading.Thread(
            target=divisi.separate, args=(audio, rate, PIANO / "score.mid"), kwargs={"iterations": 200}
        )
        thread.start()
        turns = 0
        while thread.is_alive():
            turns += 1
            time.sleep(0.001)
        # With the interpreter locked there would be one.
        self.assertGreater(turns, 10)

    def test_forks_can_separate(self) -> None:
        audio, rate = sound(PIANO)
        divisi.separate(audio, rate, PIANO / "score.mid", "hands-fast")
        child = os.fork()
        if child == 0:
            signal.alarm(600)
            try:
                divisi.separate(audio, rate, PIANO / "score.mid", "hands-fast")
                os._exit(0)
            finally:
                os._exit(1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)


if __name__ == "__main__":
    unittest.main()
