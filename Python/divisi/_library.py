"""The C library: where it is, what it declares, and what becomes of its errors."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_size_t, c_void_p
from pathlib import Path
from typing import Any, NamedTuple

ABI_VERSION = 0


class Error(Exception):
    """What the library refuses; the text is the line that the command line prints."""


class InputError(Error, ValueError):
    """A recording, notes, a score or a preset cannot be used."""


class OptionError(Error, ValueError):
    """An option does not exist, or cannot have this value."""


class Cancelled(Error):
    """The progress function returned False."""


class DivisiWarning(UserWarning):
    """Something is doubtful, such as how well a score fits its recording."""


class Note(ctypes.Structure):
    _fields_ = [
        ("onset", c_double),
        ("release", c_double),
        ("damped", c_double),
        ("pitch", c_int32),
        ("velocity", c_int32),
        ("track", c_int32),
        ("channel", c_int32),
        ("staff", c_int32),
        ("voice", c_int32),
        ("kind", c_int32),
        ("label", ctypes.c_char * 36),
    ]


class Audio(ctypes.Structure):
    _fields_ = [
        ("channels", POINTER(c_void_p)),
        ("channel_count", c_size_t),
        ("sample_count", c_size_t),
        ("stride", c_size_t),
        ("sample_rate", c_double),
    ]


class Tensor(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("rank", c_size_t),
        ("shape", c_size_t * 3),
        ("values", c_void_p),
    ]


class Verdict(ctypes.Structure):
    _fields_ = [
        ("judgement", c_char_p),
        ("text", c_char_p),
        ("agreement", c_double),
        ("coverage", c_double),
        ("tempo", c_double),
        ("tuning", c_double),
        ("transposition", c_int32),
    ]


class _Setting(ctypes.Structure):
    _fields_ = [(name, c_char_p) for name in ("symbol", "option", "name", "comment", "unit")] + [
        (name, c_double) for name in ("minimum", "maximum", "value")
    ]


Progress = ctypes.CFUNCTYPE(c_int32, c_double, c_void_p)

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "abi_version": (c_int32, []),
    "version": (c_char_p, []),
    "error_code": (c_int32, [c_void_p]),
    "error_text": (c_char_p, [c_void_p]),
    "error_free": (None, [c_void_p]),
    "options_new": (c_void_p, []),
    "options_set": (None, [c_void_p, c_char_p, c_char_p]),
    "options_free": (None, [c_void_p]),
    "setting_count": (c_size_t, []),
    "setting_at": (c_int32, [c_size_t, POINTER(_Setting)]),
    "presets_read": (c_void_p, [POINTER(c_void_p)]),
    "presets_count": (c_size_t, [c_void_p]),
    "presets_name": (c_char_p, [c_void_p, c_size_t]),
    "presets_comment": (c_char_p, [c_void_p, c_size_t]),
    "presets_free": (None, [c_void_p]),
    "score_read": (c_void_p, [c_char_p, c_void_p, POINTER(c_void_p)]),
    "score_new": (c_void_p, [c_void_p, c_size_t, POINTER(c_char_p), c_size_t, POINTER(c_void_p)]),
    "score_count": (c_size_t, [c_void_p]),
    "score_notes": (c_void_p, [c_void_p]),
    "score_parts": (
        c_int32,
        [c_void_p, c_void_p, c_void_p, POINTER(c_char_p), c_size_t, POINTER(c_void_p)],
    ),
    "score_free": (None, [c_void_p]),
    "separate": (
        c_void_p,
        [POINTER(Audio), c_void_p, c_void_p, Progress, c_void_p, POINTER(c_void_p)],
    ),
    "fit": (
        c_void_p,
        [POINTER(Audio), c_void_p, c_void_p, Progress, c_void_p, POINTER(c_void_p)],
    ),
    "result_count": (c_size_t, [c_void_p]),
    "result_name": (c_char_p, [c_void_p, c_size_t]),
    "result_samples": (c_void_p, [c_void_p, c_size_t, c_size_t]),
    "result_warning": (c_char_p, [c_void_p, c_size_t]),
    "result_tuning": (c_double, [c_void_p]),
    "result_tensor_name": (c_char_p, [c_void_p, c_size_t]),
    "result_tensor": (c_int32, [c_void_p, c_char_p, POINTER(Tensor)]),
    "result_losses": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "result_metadata": (c_char_p, [c_void_p, c_char_p]),
    "result_free": (None, [c_void_p]),
    "align": (c_void_p, [POINTER(Audio), c_void_p, c_void_p, POINTER(c_void_p)]),
    "alignment_path": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "alignment_notes": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "alignment_verdict": (None, [c_void_p, POINTER(Verdict)]),
    "alignment_free": (None, [c_void_p]),
}


def _load() -> ctypes.CDLL:
    name = "libdivisi.so.0"
    beside = Path(__file__).with_name(name)
    path = os.environ.get("DIVISI_LIBRARY") or (str(beside) if beside.exists() else name)
    library = ctypes.CDLL(path)
    for function, (result, arguments) in _FUNCTIONS.items():
        declared = getattr(library, "divisi_" + function)
        declared.restype = result
        declared.argtypes = arguments
    found = library.divisi_abi_version()
    if found != ABI_VERSION:
        raise ImportError(f"{path}: expected interface {ABI_VERSION}, found {found}")
    return library


library = _load()


def library_version() -> str:
    """The version of the library, such as "0.1.0"."""
    return str(library.divisi_version().decode())


class Handle:
    """A handle of the library, freed with the last reference."""

    def __init__(self, address: int, kind: str) -> None:
        self.address = address
        self._free = getattr(library, f"divisi_{kind}_free")

    def __del__(self) -> None:
        self._free(self.address)


def call(name: str, *arguments: Any) -> Any:
    """Calls a function that may fail.

    Raises: InputError, OptionError or Cancelled.
    """
    error = c_void_p()
    result = getattr(library, "divisi_" + name)(*arguments, byref(error))
    if error:
        code = library.divisi_error_code(error)
        text = library.divisi_error_text(error).decode()
        library.divisi_error_free(error)
        raise {2: Cancelled, 64: OptionError}.get(code, InputError)(text)
    return result


def options(values: Mapping[str, Any]) -> Handle:
    """Options of the library, as keyword arguments say."""
    result = Handle(library.divisi_options_new(), "options")
    for name, value in values.items():
        for text in _texts(name, value):
            library.divisi_options_set(result.address, name.encode(), text.encode())
    return result


def _texts(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        words = ("on", "off") if name in ("spatial", "align") else ("true", "false")
        return [words[0] if value else words[1]]
    if isinstance(value, Mapping):
        return [",".join(f"{key}={rule}" for key, rule in value.items())]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(name, item)]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    return [str(value)]


class Preset(NamedTuple):
    """A preset that is installed."""

    name: str
    comment: str


def presets() -> list[Preset]:
    """The presets, sorted by name: those of ``divisi presets``."""
    found = Handle(call("presets_read"), "presets")
    return [
        Preset(
            library.divisi_presets_name(found.address, index).decode(),
            library.divisi_presets_comment(found.address, index).decode(),
        )
        for index in range(library.divisi_presets_count(found.address))
    ]


class Setting(NamedTuple):
    """A number that decides how a recording is separated, and that presets and keyword arguments set."""

    option: str
    name: str
    comment: str
    unit: str
    minimum: float
    maximum: float
    default: float


def settings() -> list[Setting]:
    """All settings; ``option`` is the keyword argument, and ``default`` the value of the preset "hands"."""
    result = []
    for index in range(library.divisi_setting_count()):
        found = _Setting()
        library.divisi_setting_at(index, byref(found))
        option, name, comment, unit = (
            getattr(found, field).decode() for field in ("option", "name", "comment", "unit")
        )
        numbers = (found.minimum, found.maximum, found.value)
        result.append(Setting(option.replace("-", "_"), name, comment, unit, *numbers))
    return result
