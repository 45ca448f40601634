"""Recordings in, arrays out."""

from __future__ import annotations

import ctypes
import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from ._job import Job, ProgressFunction
from ._library import (
    DivisiWarning,
    Handle,
    InputError,
    Progress,
    Verdict,
    library,
    options,
)
from ._memory import Recording, view
from ._notes import Notes, note_array, score
from ._results import Alignment, Fit, Samples


def separate(
    audio: npt.ArrayLike,
    rate: float,
    notes: Notes | None,
    preset: str = "hands",
    *,
    residual: bool = True,
    progress: ProgressFunction | None = None,
    **settings: Any,
) -> dict[str, Samples]:
    """Separates a recording into the parts of its score.

    Args:
        audio: samples of shape (channels, samples), or (samples,) for one channel; full scale is 1. float32 is read where
            it is, contiguous or not; float64 is converted.
        rate: the sample rate, 8,000 to 192,000 Hz.
        notes: the score: the path of a file (MIDI, MusicXML, .mxl or CSV); a structured array such as that of
            :func:`read_score`, with the fields onset, pitch, and release or duration; tuples (onset, duration, pitch,
            velocity, label), the last two optional; a ``pretty_midi.PrettyMIDI``; or notes of mirdata. Times are in
            seconds of the score, pitches are MIDI note numbers. None for drums whose strokes nobody has written down.
        preset: its name, one of :func:`presets`, or the path of its file.
        residual: whether what no part explains is kept out of the parts, and returned as "residual".
        progress: is called with 0 to 1; returns False to cancel, anything else to go on.
        settings: options of ``divisi separate``, with underscores for dashes: ``iterations=50``, ``alpha=1.5``,
            ``align=False``, ``parts={"left": "track:2", "right": "track:1"}``; :func:`settings` lists those that are numbers.

    Returns:
        The samples of each part by name, of the shape and on the scale of ``audio``. With the residual they add up to it.

    Raises:
        InputError: for audio or notes that cannot be used.
        OptionError: for settings that do not exist, or have values that cannot be.
        Cancelled: if ``progress`` returned False.
        KeyboardInterrupt: soon after Ctrl-C, in the main thread.

    Warns:
        DivisiWarning: for what is doubtful, such as a score that hardly fits.
    """
    values = {"preset": preset, "residual": residual, **settings}
    recording = Recording(audio, rate)
    return _parts(_run("separate", recording, notes, values, progress), recording)


def fit(
    audio: npt.ArrayLike,
    rate: float,
    notes: Notes | None,
    preset: str = "hands",
    *,
    residual: bool = True,
    progress: ProgressFunction | None = None,
    **settings: Any,
) -> Fit:
    """Separates a recording as :func:`separate` does, and keeps what was learnt.

    The recording is fitted at once, however long it is. Arguments and errors are those of :func:`separate`.
    """
    values = {"preset": preset, "residual": residual, **settings}
    recording = Recording(audio, rate)
    result = _run("fit", recording, notes, values, progress)
    return Fit(_parts(result, recording), result)


def align(audio: npt.ArrayLike, rate: float, notes: Notes, **settings: Any) -> Alignment:
    """Finds when a recording plays the notes of a score, as ``divisi align`` does.

    Args:
        audio, rate, notes: as of :func:`separate`; here, notes cannot be None.
        settings: ``drums=True`` for drums whose notes do not say so; ``force_score=True`` for a score that seems to be of
            another piece; ``jumps="any"``, ``anchor="12.5=14"``, ``correct_notes="on"``, ``score_offset=0.01`` and ``threads``
            as on the command line.

    Raises:
        InputError: also for a score that is of another piece.
        OptionError: for settings that do not exist, or have values that cannot be.
    """
    if notes is None:
        raise InputError("notes: expected at least one note, found none")
    recording = Recording(audio, rate)
    own = score(notes, settings)
    opts = options(settings)
    found = Job(None).run("align", "alignment", recording.reference, own.address, opts.address)
    verdict = Verdict()
    library.divisi_alignment_verdict(found.address, ctypes.byref(verdict))
    count = ctypes.c_size_t()
    start = library.divisi_alignment_path(found.address, ctypes.byref(count))
    path = view(start, (count.value, 2), np.dtype(np.float64), found).copy()
    start = library.divisi_alignment_notes(found.address, ctypes.byref(count))
    return Alignment(
        path=path,
        notes=note_array(start, count.value),
        judgement=verdict.judgement.decode(),
        text=verdict.text.decode(),
        agreement=verdict.agreement,
        coverage=verdict.coverage,
        tempo=verdict.tempo,
        tuning=None if math.isnan(verdict.tuning) else verdict.tuning,
        transposition=verdict.transposition,
    )


def _run(
    name: str,
    recording: Recording,
    notes: Notes | None,
    values: dict[str, Any],
    progress: ProgressFunction | None,
) -> Handle:
    own = None if notes is None else score(notes, values)
    opts = options(values)
    job = Job(progress)
    result = job.run(
        name,
        "result",
        recording.reference,
        own.address if own else None,
        opts.address,
        Progress(job.tell),
        None,
    )
    index = 0
    while text := library.divisi_result_warning(result.address, index):
        warnings.warn(text.decode(), DivisiWarning, stacklevel=3)
        index += 1
    return result


def _parts(result: Handle, recording: Recording) -> dict[str, Samples]:
    dtype = np.dtype(np.float32)
    return {
        library.divisi_result_name(result.address, part).decode(): view(
            library.divisi_result_samples(result.address, part, 0), recording.shape, dtype, result, True
        )
        for part in range(library.divisi_result_count(result.address))
    }
