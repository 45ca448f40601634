"""What was found out about a recording."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ._library import Handle, InputError, Tensor, library
from ._memory import view

Samples = npt.NDArray[np.float32]


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
        H_E: what it finds before the score's times are applied, R × N; None likewise.
        W_D_inverse: the pseudo-inverse of W, R × K; None without an encoder, or where T > 1.
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
        self.losses = view(start, (count.value,), np.dtype(np.float64), result)
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
        if name not in ("V", "V_hat", "W", "H", "M_H", "owner", "W_E", "H_E", "W_D_inverse", "F", "masks"):
            raise AttributeError(name)
        values = None
        if name in self._names:
            tensor = Tensor()
            library.divisi_result_tensor(self._result.address, name.encode(), ctypes.byref(tensor))
            shape = tuple(tensor.shape[: tensor.rank])
            values = view(tensor.values, shape, np.dtype(np.float32), self._result)
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
