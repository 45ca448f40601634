"""Separate recordings into the parts of their scores, from arrays to arrays.

    import divisi, librosa

    audio, rate = librosa.load("nocturne.flac", sr=None, mono=False)
    parts = divisi.separate(audio, rate, "nocturne.mid")
    parts["left"], parts["right"], parts["residual"]    # they add up to the audio

Results are those of ``divisi separate``, bit for bit, and errors say the lines that it prints. Calls release the GIL, several
may run at once, and each is interrupted by Ctrl-C.
"""

from ._library import (
    Cancelled,
    DivisiWarning,
    Error,
    InputError,
    OptionError,
    library_version,
    presets,
    settings,
)
from ._notes import note_dtype, read_score
from ._results import Alignment, Fit
from ._separation import align, fit, separate

__version__ = library_version()
__all__ = [
    "Alignment",
    "Cancelled",
    "DivisiWarning",
    "Error",
    "Fit",
    "InputError",
    "OptionError",
    "align",
    "fit",
    "note_dtype",
    "presets",
    "read_score",
    "separate",
    "settings",
]
