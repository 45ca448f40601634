"""Results against those of the command line, bit for bit."""

import json
import struct
import tempfile
import threading
import unittest
import warnings
from pathlib import Path

import numpy as np

import divisi
from common import DRUMS, PIANO, command, run, sound


def stereo(mono: np.ndarray) -> np.ndarray:
    """Two channels that differ."""
    return np.stack([0.8 * mono, 0.6 * np.roll(mono, 30)]).astype("f4")


class SeparationTests(unittest.TestCase):
    def assertSame(self, parts: dict, stems: dict, shape: tuple) -> None:
        self.assertEqual(set(parts), set(stems))
        for name, stem in stems.items():
            self.assertEqual(parts[name].shape, shape)
            self.assertEqual(parts[name].dtype, np.float32)
            np.testing.assert_array_equal(np.atleast_2d(parts[name]), stem)

    def test_stems_are_those_of_the_command_line(self) -> None:
        audio, rate = sound(PIANO)
        parts = divisi.separate(audio, rate, PIANO / "score.mid")
        self.assertSame(parts, command(audio, rate, PIANO / "score.mid"), audio.shape)
        np.testing.assert_allclose(sum(parts.values()), audio, atol=1e-6)
        self.assertGreater(np.abs(parts["left"]).max(), 0.1)

    def test_layout_and_dtype_do_not_matter(self) -> None:
        mono, rate = sound(PIANO)
        audio = stereo(mono[: 4 * rate])
        settings = {"preset": "hands-fast", "partial": True, "align": False}
        options = ["--preset", "hands-fast", "--partial", "--align", "off"]
        stems = command(audio, rate, PIANO / "score.mid", *options)
        for same in (audio, audio.T.copy().T, audio.astype("f8"), audio[:, ::-1].copy()[:, ::-1]):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parts = divisi.separate(same, rate, PIANO / "score.mid", **settings)
            self.assertSame(parts, stems, audio.shape)

    def test_long_recordings_are_cut_in_the_same_places(self) -> None:
        mono, rate = sound(PIANO)
        audio = np.tile(mono, 5)
        notes = divisi.read_score(PIANO / "score.mid", "hands")
        pieces = []
        for turn in range(5):
            piece = notes.copy()
            for field in ("onset", "release", "damped"):
                piece[field] += turn * len(mono) / rate
            pieces.append(piece)
        notes = np.concatenate(pieces)
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "notes.csv"
            rows = [
                f"{n['onset']!r};{n['release']!r};{n['pitch']};{n['velocity']};{n['label'] or n['part']}" for n in notes
            ]
            table.write_text(
                "start;end;pitch;velocity;label\n" + "\n".join(rows).replace("np.float64(", "").replace(")", "") + "\n"
            )
            expected = command(audio, rate, table, "--preset", "hands-fast", "--align", "off")
            parts = divisi.separate(audio, rate, table, "hands-fast", align=False)
            self.assertSame(parts, expected, audio.shape)
            # The same notes without the pedal, which tables do not have.
            notes["damped"] = notes["release"]
            parts = divisi.separate(audio, rate, notes, "hands-fast", align=False)
            self.assertSame(parts, expected, audio.shape)

    def test_drums_with_and_without_a_score(self) -> None:
        audio, rate = sound(DRUMS)
        audio = audio[: 6 * rate]
        score = DRUMS / "score.mid"
        settings = {"preset": "drums-fast", "partial": True}
        expected = command(audio, rate, score, "--preset", "drums-fast", "--partial")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertSame(divisi.separate(audio, rate, score, **settings), expected, audio.shape)
            notes = divisi.read_score(score, "drums")
            self.assertEqual(set(notes["part"]) - {""}, set(expected) - {"residual"})
            self.assertSame(divisi.separate(audio, rate, notes, **settings), expected, audio.shape)
            parts = divisi.separate(audio, rate, None, "drums-fast", iterations=5)
        np.testing.assert_allclose(sum(parts.values()), audio, atol=1e-6)

    def test_two_threads_at_once(self) -> None:
        audio, rate = sound(PIANO)
        results = {}

        def work(name: str, preset: str) -> None:
            results[name] = divisi.separate(audio, rate, PIANO / "score.mid", preset)

        jobs = [("a", "hands"), ("b", "hands-fast"), ("c", "hands")]
        threads = [threading.Thread(target=work, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        alone = divisi.separate(audio, rate, PIANO / "score.mid", "hands-fast")
        for name, samples in alone.items():
            np.testing.assert_array_equal(results["b"][name], samples)
            np.testing.assert_array_equal(results["a"][name], results["c"][name])

    def test_arrays_outlive_everything_else(self) -> None:
        audio, rate = sound(PIANO)
        left = divisi.separate(audio, rate, PIANO / "score.mid", "hands-fast")["left"]
        before = left.copy()
        for _ in range(3):
            divisi.separate(audio, rate, PIANO / "score.mid", "hands-fast", iterations=2)
        np.testing.assert_array_equal(left, before)


class FitTests(unittest.TestCase):
    def test_factors_are_those_that_are_exported(self) -> None:
        audio, rate = sound(PIANO)
        found = divisi.fit(audio, rate, PIANO / "score.mid", "hands-fast")
        with tempfile.TemporaryDirectory() as folder:
            result = run(
                "separate",
                PIANO / "mix.flac",
                "--score",
                PIANO / "score.mid",
                "--preset",
                "hands-fast",
                "--residual",
                "--export-factors",
                folder,
                "-o",
                folder,
            )
            self.assertEqual(result.returncode, 0, result.stderr)
            data = (Path(folder) / "mix/factors.safetensors").read_bytes()
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8 : 8 + length])
        names = [name for name in header if name != "__metadata__"]
        self.assertIn("W_E", names)
        for name in names:
            begin, end = header[name]["data_offsets"]
            values = np.frombuffer(data[8 + length + begin : 8 + length + end], "f4")
            np.testing.assert_array_equal(getattr(found, name), values.reshape(header[name]["shape"]), name)
        self.assertIsNone(found.F)
        self.assertEqual(len(found.components), found.H.shape[0])
        self.assertEqual(found.times.shape, (found.H.shape[1],))
        self.assertLess(found.losses[-1], found.losses[0])
        self.assertEqual(set(found.parts), {"left", "right", "residual"})


class AlignmentTests(unittest.TestCase):
    def test_path_is_that_of_the_command_line(self) -> None:
        audio, rate = sound(PIANO)
        found = divisi.align(audio, rate, PIANO / "score.musicxml")
        with tempfile.TemporaryDirectory() as folder:
            table, notes = Path(folder) / "path.csv", Path(folder) / "notes.mid"
            result = run(
                "align",
                PIANO / "mix.flac",
                "--score",
                PIANO / "score.musicxml",
                "-o",
                notes,
                "--table",
                table,
                "--json",
            )
            self.assertEqual(result.returncode, 0, result.stderr)
            path = np.loadtxt(table, delimiter=";", skiprows=1)
        np.testing.assert_allclose(found.path, path, atol=6e-5)
        self.assertEqual(found.judgement, "good")
        record = json.loads(result.stdout)
        self.assertEqual(len(found.notes), record["notes"])
        self.assertAlmostEqual(found.tempo, record["placement"]["tempo"])
        self.assertTrue(np.all(np.diff(found.notes["onset"]) >= 0))


if __name__ == "__main__":
    unittest.main()
