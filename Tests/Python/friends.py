"""Recordings, notes and measures of other packages, as people use them: in an environment that has these."""

import io
import unittest
import warnings

import librosa
import mir_eval
import mirdata.annotations
import numpy as np
import pretty_midi
import soundfile

import divisi
from common import PIANO


class FriendTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.audio, cls.rate = librosa.load(PIANO / "mix.flac", sr=None, duration=8)
        cls.midi = pretty_midi.PrettyMIDI(str(PIANO / "score.mid"))
        cls.settings = {"preset": "hands-fast", "align": False, "partial": True}

    def separate(self, audio: np.ndarray, notes: object, **settings: object) -> dict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", divisi.DivisiWarning)
            return divisi.separate(audio, self.rate, notes, **{**self.settings, **settings})

    def test_pretty_midi_is_as_good_as_its_file(self) -> None:
        # It has no pedals among its notes.
        notes = divisi.read_score(PIANO / "score.mid", "hands")
        notes["damped"] = notes["release"]
        same, other = self.separate(self.audio, notes), self.separate(self.audio, self.midi)
        for hand in ("left", "right"):
            self.assertGreater(np.corrcoef(same[hand], other[hand])[0, 1], 0.999)

    def test_librosa_stereo_and_soundfile(self) -> None:
        file = io.BytesIO()
        frames = np.stack([self.audio, 0.5 * self.audio], axis=1)
        soundfile.write(file, frames, self.rate, format="WAV", subtype="FLOAT")
        file.seek(0)
        stereo, rate = librosa.load(file, sr=None, mono=False)
        self.assertEqual(stereo.shape[0], 2)
        same, other = self.separate(stereo, self.midi), self.separate(frames.T, self.midi)
        np.testing.assert_array_equal(same["left"], other["left"])
        with self.assertRaisesRegex(divisi.InputError, "audio.T"):
            self.separate(frames, self.midi)

    def test_mirdata(self) -> None:
        notes = [note for line in self.midi.instruments for note in line.notes]
        annotated = mirdata.annotations.NoteData(
            np.array([[note.start, note.end] for note in notes]),
            "s",
            np.array([librosa.midi_to_hz(note.pitch) for note in notes]),
            "hz",
        )
        rows = [(note.start, note.end - note.start, note.pitch) for note in notes]
        same = self.separate(self.audio, rows, split="C4")
        other = self.separate(self.audio, annotated, split="C4")
        for hand in ("left", "right"):
            np.testing.assert_allclose(same[hand], other[hand], atol=1e-5)

    def test_mir_eval(self) -> None:
        parts = self.separate(self.audio, PIANO / "score.mid")
        hands = ["left", "right"]
        true = np.stack([librosa.load(PIANO / f"{hand}.flac", sr=None, duration=8)[0] for hand in hands])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            sdr = mir_eval.separation.bss_eval_sources(true, np.stack([parts[hand] for hand in hands]), False)[0]
        self.assertGreater(sdr.mean(), 8)


if __name__ == "__main__":
    unittest.main()
