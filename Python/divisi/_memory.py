"""Arrays on memory of the library, and the library on that of arrays."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from ._library import Audio, Handle, InputError


class Recording:
    """Samples where the library can read them."""

    def __init__(self, audio: npt.ArrayLike, rate: float) -> None:
        array = np.asarray(audio)
        if array.dtype.kind != "f":
            raise InputError(f"audio: expected floating-point samples with full scale at 1; they are {array.dtype}")
        array = np.asarray(array, np.float32)
        if array.ndim not in (1, 2):
            raise InputError(
                f"audio: expected an array of shape (channels, samples) or (samples,); its shape is {array.shape}"
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
        starts = [channels.ctypes.data + index * channels.strides[0] for index in range(len(channels))]
        self._starts = (ctypes.c_void_p * max(1, len(starts)))(*starts)
        self._audio = Audio(
            self._starts,
            len(starts),
            channels.shape[1],
            max(1, stride // channels.itemsize),
            float(rate),
        )

    @property
    def reference(self) -> Any:
        return ctypes.byref(self._audio)


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


def view(
    address: int | None,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    owner: Handle,
    writable: bool = False,
) -> np.ndarray:
    if not address or 0 in shape:
        return np.zeros(shape, dtype)
    return np.asarray(_Memory(address, shape, dtype, owner, writable))
