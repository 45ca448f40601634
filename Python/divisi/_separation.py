"""Recordings in, arrays out."""

from __future__ import annotations

import ctypes
import math
import operator
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np
import numpy.typing as npt

from ._library import (
    Audio,
    Cancelled,
    DivisiWarning,
    Handle,
    InputError,
    Progress,
    Tensor,
    Verdict,
    call,
    library,
    options,
)
from ._notes import Notes, note_array, score

Samples = npt.NDArray[np.float32]
ProgressFunction = Callable[[float], Any]


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
    recording = _Recording(audio, rate)
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
    recording = _Recording(audio, rate)
    result = _run("fit", recording, notes, values, progress)
    return Fit(_parts(result, recording), result)


class Fit:
    """What was learnt from a recording: K bins × N frames, R components, T template frames, S parts.

    Arrays are float32, computed when they are first asked for, and read-only. V is scaled to a maximum of 1.

    Attributes:
        parts: the samples of each part, as of :func:`separate`.
        V: the spectrogram, K × N.
        V_hat: what the model makes of it, K × N.
        W: templates, K × R × T.
        H: activations, R × N.
        M_H: which of these were free, R × N.
        owner: the part that each of these belongs to, −1 for none, R × N.
        W_E: the encoder, R × K × T; None for a model without one.
        F: the frequency of each component in hertz, R × N; None where pitches are not followed.
        masks: S × all bins × N.
        losses: at the start and after each iteration, float64.
        components: what each component is called, R of them.
        pitches: their MIDI note numbers, R of them.
        rate, window, hop: of the frames: frame n is centred at n · hop / rate seconds.
        tuning: in cents against A4 = 440 Hz; None for drums and silence.
    """

    def __init__(self, parts: dict[str, Samples], result: Handle) -> None:
        self.parts = parts
        self._result = result
        address = result.address
        names = iter(lambda: library.divisi_result_tensor_name(address, len(found)), None)
        found: list[str] = []
        for name in names:
            found.append(name.decode())
        self._names = frozenset(found)
        if not found:
            raise InputError("audio: expected sound; found digital silence")
        count = ctypes.c_size_t()
        start = library.divisi_result_losses(address, ctypes.byref(count))
        self.losses = _view(start, (count.value,), np.dtype(np.float64), result)
        self.components = self._text("components").split(",")
        self.pitches = [int(pitch) for pitch in self._text("pitches").split(",")]
        self.rate = float(self._text("sample_rate"))
        self.window = int(self._text("window"))
        self.hop = int(self._text("hop"))
        self.model = self._text("model")
        tuning = library.divisi_result_tuning(address)
        self.tuning = None if math.isnan(tuning) else tuning

    def _text(self, name: str) -> str:
        return (library.divisi_result_metadata(self._result.address, name.encode()) or b"").decode()

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """When each frame is, in seconds, N of them."""
        return np.arange(self.V.shape[1]) * self.hop / self.rate

    def __getattr__(self, name: str) -> Any:
        if name not in ("V", "V_hat", "W", "H", "M_H", "owner", "W_E", "F", "masks"):
            raise AttributeError(name)
        values = None
        if name in self._names:
            tensor = Tensor()
            library.divisi_result_tensor(self._result.address, name.encode(), ctypes.byref(tensor))
            shape = tuple(tensor.shape[: tensor.rank])
            values = _view(tensor.values, shape, np.dtype(np.float32), self._result)
        self.__dict__[name] = values
        return values


@dataclass(frozen=True)
class Alignment:
    """A score on the time of a recording.

    Attributes:
        path: times of the score and of the recording that belong together, in seconds, (points, 2), ascending.
        notes: when and as the recording plays them, with the fields of :data:`note_dtype`.
        judgement: "good", "doubtful" or "not this piece".
        text: that in a line for people.
        agreement: about 1 where the score is right, about 0.2 where it is of another piece.
        coverage: the share of the sound that the score covers.
        tempo: how many times as fast as the score the recording is played.
        tuning: in cents against A4 = 440 Hz; None where nobody looked.
        transposition: semitones by which the recording sounds higher than it is written.
    """

    path: npt.NDArray[np.float64] = field(repr=False)
    notes: np.ndarray = field(repr=False)
    judgement: str
    text: str
    agreement: float
    coverage: float
    tempo: float
    tuning: float | None
    transposition: int


def align(audio: npt.ArrayLike, rate: float, notes: Notes, **settings: Any) -> Alignment:
    """Finds when a recording plays the notes of a score, as ``divisi align`` does.

    Args:
        audio, rate, notes: as of :func:`separate`; here, notes cannot be None.
        settings: ``drums=True`` for drums whose notes do not say so; ``force_score=True`` for a score that seems to be of
            another piece; ``jumps="any"``, ``anchor="12.5=14"``, ``score_offset=0.01`` and ``threads`` as on the command line.

    Raises:
        InputError: also for a score that is of another piece.
        OptionError: for settings that do not exist, or have values that cannot be.
    """
    if notes is None:
        raise InputError("notes: expected at least one note, found none")
    recording = _Recording(audio, rate)
    own = score(notes, settings)
    opts = options(settings)
    found = Handle(
        call("align", recording.reference, own.address, opts.address), "alignment"
    )
    verdict = Verdict()
    library.divisi_alignment_verdict(found.address, ctypes.byref(verdict))
    count = ctypes.c_size_t()
    start = library.divisi_alignment_path(found.address, ctypes.byref(count))
    path = _view(start, (count.value, 2), np.dtype(np.float64), found).copy()
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


class _Recording:
    """Samples where the library can read them."""

    def __init__(self, audio: npt.ArrayLike, rate: float) -> None:
        array = np.asarray(audio)
        if array.dtype.kind != "f":
            raise InputError(
                f"audio: expected floating-point samples with full scale at 1; they are {array.dtype}"
            )
        array = np.asarray(array, np.float32)
        if array.ndim not in (1, 2):
            raise InputError(
                "audio: expected an array of shape (channels, samples) or (samples,); its shape is"
                f" {array.shape}"
            )
        self.shape = array.shape
        channels = array[np.newaxis] if array.ndim == 1 else array
        if channels.shape[0] > channels.shape[1] > 0:
            raise InputError(
                f"audio: expected an array of shape (channels, samples); its shape is {array.shape}, which"
                " looks like (samples, channels): audio.T has it the other way round"
            )
        stride = channels.strides[1]
        if stride <= 0 or stride % channels.itemsize or not channels.flags.aligned:
            channels = np.ascontiguousarray(channels)
            stride = channels.strides[1]
        self._kept = channels
        starts = [
            channels.ctypes.data + index * channels.strides[0] for index in range(len(channels))
        ]
        self._starts = (ctypes.c_void_p * max(1, len(starts)))(*starts)
        try:
            hertz = float(operator.index(rate)) if not isinstance(rate, float) else rate
        except TypeError:
            hertz = float(rate)
        self._audio = Audio(
            self._starts,
            len(starts),
            channels.shape[1],
            max(1, stride // channels.itemsize),
            hertz,
        )

    @property
    def reference(self) -> Any:
        return ctypes.byref(self._audio)


def _run(
    name: str,
    recording: _Recording,
    notes: Notes | None,
    values: dict[str, Any],
    progress: ProgressFunction | None,
) -> Handle:
    own = None if notes is None else score(notes, values)
    opts = options(values)
    raised: list[BaseException] = []

    # Runs in the thread that calls, so that Ctrl-C is raised here in the main thread.
    def tell(fraction: float, _: Any) -> int:
        try:
            return int(progress is not None and progress(fraction) is False)
        except BaseException as error:
            raised.append(error)
            return 1

    try:
        address = call(
            name,
            recording.reference,
            own.address if own else None,
            opts.address,
            Progress(tell),
            None,
        )
    except Cancelled:
        if raised:
            raise raised[0] from None
        raise
    result = Handle(address, "result")
    index = 0
    while text := library.divisi_result_warning(result.address, index):
        warnings.warn(text.decode(), DivisiWarning, stacklevel=3)
        index += 1
    return result


def _parts(result: Handle, recording: _Recording) -> dict[str, Samples]:
    dtype = np.dtype(np.float32)
    return {
        library.divisi_result_name(result.address, part).decode(): _view(
            library.divisi_result_samples(result.address, part, 0), recording.shape, dtype, result, True
        )
        for part in range(library.divisi_result_count(result.address))
    }


class _Memory:
    """Memory of the library, which stays for as long as an array shows it."""

    def __init__(
        self, address: int, shape: tuple[int, ...], dtype: np.dtype[Any], owner: Handle, writable: bool
    ) -> None:
        self._owner = owner
        self.__array_interface__ = {
            "version": 3,
            "shape": shape,
            "typestr": dtype.str,
            "data": (address, not writable),
        }


def _view(
    address: int | None,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    owner: Handle,
    writable: bool = False,
) -> np.ndarray:
    if not address or 0 in shape:
        return np.zeros(shape, dtype)
    return np.asarray(_Memory(address, shape, dtype, owner, writable))
