"""Notes: from files, arrays, lists and other people's objects."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any, Union

import numpy as np

from ._library import Handle, InputError, Note, call, library, options

#: A note as the library has it. Times are in seconds; ``damped`` is when the string is damped, by a pedal later than
#: ``release``; pitches are MIDI note numbers; ``kind`` is 0 for a tone, 1 for a drum, 2 for a metronome.
note_dtype = np.dtype(
    [
        ("onset", "f8"),
        ("release", "f8"),
        ("damped", "f8"),
        ("pitch", "i4"),
        ("velocity", "i4"),
        ("track", "i4"),
        ("channel", "i4"),
        ("staff", "i4"),
        ("voice", "i4"),
        ("kind", "i4"),
        ("label", "S36"),
    ],
    align=True,
)
_FIELDS = note_dtype.names or ()
assert note_dtype.itemsize == ctypes.sizeof(Note)

Notes = Union[str, "os.PathLike[str]", "np.ndarray[Any, Any]", Sequence[Sequence[Any]], Any]


def read_score(path: str | os.PathLike[str], preset: str | None = None, **settings: Any) -> np.ndarray:
    """Reads a score: MIDI, MusicXML, .mxl or CSV.

    Args:
        path: the file.
        preset: what ``part`` names: "hands" names hands, "drums" drums; None tracks, channels or labels.
        settings: ``parts``, ``split`` and ``drum_map`` as of :func:`separate`.

    Returns:
        The notes as they are played, tempo and repeats played out, sorted by onset: a structured array with the fields of
        :data:`note_dtype` and ``part``, the name of the part that a note is in, empty for none.

    Raises:
        InputError: for what is no score, or cannot be divided into these parts.
    """
    opts = options({"preset": preset or "parts", **settings})
    score = Handle(call("score_read", os.fsencode(path), opts.address), "score")
    notes = note_array(library.divisi_score_notes(score.address), library.divisi_score_count(score.address))
    owners = np.full(len(notes), -1, "i4")
    names = (ctypes.c_char_p * 1000)()
    count = call("score_parts", score.address, opts.address, owners.ctypes.data, names, len(names))
    # The last one stands for none.
    texts: np.ndarray[Any, Any] = np.array([(names[index] or b"").decode() for index in range(count)] + [""])
    dtype = [(name, "U36" if name == "label" else note_dtype[name]) for name in _FIELDS]
    result = np.zeros(len(notes), dtype + [("part", texts.dtype)])
    for name in _FIELDS:
        result[name] = np.char.decode(notes[name], "utf-8") if name == "label" else notes[name]
    result["part"] = texts[owners]
    return result


def note_array(address: int, count: int) -> np.ndarray:
    """A copy of the library's notes."""
    raw = ctypes.string_at(address, count * note_dtype.itemsize)
    notes: np.ndarray[Any, Any] = np.frombuffer(raw, note_dtype).copy()
    return notes


def score(notes: Notes, values: dict[str, Any]) -> Handle:
    """The score that somebody means."""
    if isinstance(notes, (str, os.PathLike)):
        opts = options({key: values[key] for key in ("drum_map",) if key in values})
        return Handle(call("score_read", os.fsencode(notes), opts.address), "score")
    array, tracks = _array(notes)
    names = (ctypes.c_char_p * len(tracks))(*[name.encode() for name in tracks])
    array = np.ascontiguousarray(array)
    return Handle(call("score_new", array.ctypes.data, len(array), names, len(tracks)), "score")


def _array(notes: Any) -> tuple[np.ndarray, list[str]]:
    """Notes in the library's layout, and the names of their tracks."""
    if hasattr(notes, "instruments"):
        return _pretty_midi(notes)
    if hasattr(notes, "intervals") and hasattr(notes, "pitches"):
        return _annotation(notes), []
    if isinstance(notes, np.ndarray) and notes.dtype.names:
        return _structured(notes)
    return _rows(notes), []


def _structured(notes: np.ndarray) -> tuple[np.ndarray, list[str]]:
    fields = notes.dtype.names or ()
    missing = [name for name in ("onset", "pitch") if name not in fields]
    if missing or not {"duration", "release"} & set(fields):
        raise InputError("notes: expected fields onset, pitch and duration or release, found " + ", ".join(fields))
    if "part" in fields and np.any(notes["part"] != ""):
        notes = notes[notes["part"] != ""]
    result = np.zeros(len(notes), note_dtype)
    for name in _FIELDS:
        if name in fields and name != "label":
            result[name] = _numbers(notes[name], name)
    if "release" not in fields:
        result["release"] = result["onset"] + notes["duration"]
    name = "part" if "part" in fields else "label"
    if name not in fields:
        return result, []
    labels = notes[name]
    result["label"] = labels if labels.dtype.kind == "S" else [cut(text) for text in labels]
    # Scores of files know tracks by name, too.
    tracks = [""] * int(result["track"].max(initial=0))
    for track, text in zip(result["track"][::-1], result["label"][::-1]):
        if track > 0:
            tracks[track - 1] = text.decode()
    return result, tracks


def cut(text: str) -> bytes:
    """As much of a label as there is room for."""
    return text.encode()[:35].decode(errors="ignore").encode()


def _numbers(values: Any, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise InputError(f"notes: expected numbers as {name}, found {array.dtype}")
    if np.issubdtype(note_dtype[name], np.integer):
        rounded = np.where(np.isfinite(array), array, -1).astype("i4")
        wrong = np.flatnonzero(rounded != array)
        if len(wrong):
            index = int(wrong[0])
            raise InputError(f"notes: note {index + 1}: expected a whole number as {name}, found {array[index]}")
        return rounded
    return array


def _rows(notes: Any) -> np.ndarray:
    rows = [tuple(row) for row in notes]
    result = np.zeros(len(rows), note_dtype)
    for index, row in enumerate(rows):
        if not 3 <= len(row) <= 5:
            raise InputError(
                f"notes: note {index + 1}: expected (onset, duration, pitch), and velocity and label if"
                f" they are known, found {row!r}"
            )
    if not rows:
        return result
    result["onset"] = _numbers([row[0] for row in rows], "onset")
    result["release"] = result["onset"] + _numbers([row[1] for row in rows], "release")
    result["pitch"] = _numbers([row[2] for row in rows], "pitch")
    result["velocity"] = _numbers([row[3] if len(row) > 3 else 0 for row in rows], "velocity")
    result["label"] = [cut(str(row[4])) if len(row) > 4 else b"" for row in rows]
    return result


def _pretty_midi(midi: Any) -> tuple[np.ndarray, list[str]]:
    rows = [
        (note.start, note.end, 0, note.pitch, note.velocity, track + 1, 0, 0, 0, int(line.is_drum), b"")
        for track, line in enumerate(midi.instruments)
        for note in line.notes
    ]
    return np.array(rows, note_dtype), [line.name for line in midi.instruments]


def _annotation(notes: Any) -> np.ndarray:
    """Notes of mirdata: intervals (n, 2) in seconds, and pitches in hertz or MIDI numbers."""
    intervals = np.asarray(notes.intervals, float)
    pitches = np.asarray(notes.pitches, float)
    if getattr(notes, "pitch_unit", "midi") == "hz":
        pitches = 69 + 12 * np.log2(pitches / 440)
    result = np.zeros(len(intervals), note_dtype)
    result["onset"], result["release"] = intervals[:, 0], intervals[:, 1]
    result["pitch"] = np.round(pitches)
    return result
