"""The command line and its recordings, for all tests."""

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

COMMAND = os.environ["DIVISI_COMMAND"]
RECORDINGS = Path(os.environ["DIVISI_RECORDINGS"])
PIANO = RECORDINGS / "polonaise"
DRUMS = RECORDINGS / "break"


def sound(folder: Path) -> "tuple[np.ndarray, int]":
    """The recording in a folder, as float32 of shape (samples,)."""
    return soundfile.read(folder / "mix.flac", dtype="float32")


def command(audio: np.ndarray, rate: int, score: Path, *options: str) -> "dict[str, np.ndarray]":
    """The stems of the command line, (channels, samples)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audio.wav"
        soundfile.write(path, np.atleast_2d(audio).T, rate, subtype="FLOAT")
        found = run("separate", path, "--score", score, "--residual", "--format", "wav-float", "-o", folder, *options)
        assert found.returncode == 0, found.stderr
        return {
            stem.stem: soundfile.read(stem, dtype="float32", always_2d=True)[0].T
            for stem in (Path(folder) / "audio").glob("*.wav")
        }


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)
