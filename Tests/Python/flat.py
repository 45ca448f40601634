"""Many calls in one process, whose memory stays as it is: flat.py COUNT"""

import ctypes
import gc
import sys
from typing import Callable

import numpy as np

import divisi

RATE = 8000
AUDIO = np.sin(np.arange(RATE // 2) / 5).astype("f4")
NOTES = [(0.05, 0.2, 60), (0.3, 0.1, 48)]
SETTINGS = {"split": "C4", "align": False, "partial": True, "iterations": 2}


class MallInfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = MallInfo


def allocated() -> int:
    """What has been allocated and not freed, in bytes."""
    gc.collect()
    info = mallinfo()
    return info.uordblks + info.hblkhd


def resident() -> int:
    """What the process holds, in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def watch(name: str, count: int, work: Callable[[], None]) -> None:
    """Works again and again, and compares what there is after half of it with what there is at the end."""
    for _ in range(count // 2):
        work()
    before, held = allocated(), resident()
    for _ in range(count - count // 2):
        work()
    growth = allocated() - before
    print(
        f"{count} {name}: {growth / 1e3:+.1f} kB allocated in the second half, of {before / 1e6:.1f} MB;"
        f" {(resident() - held) / 1e6:+.1f} MB held, of {held / 1e6:.1f} MB"
    )
    # A hundred bytes that are lost each time would show.
    assert growth < 50 * count, growth


def separate() -> None:
    divisi.separate(AUDIO, RATE, NOTES, **SETTINGS)


def refuse() -> None:
    try:
        divisi.separate(AUDIO, 5, NOTES, **SETTINGS)
    except divisi.InputError:
        return
    raise AssertionError("expected an error")


def cancel() -> None:
    try:
        divisi.separate(AUDIO, RATE, NOTES, progress=lambda done: False, **SETTINGS)
    except divisi.Cancelled:
        return
    raise AssertionError("expected an error")


def fit() -> None:
    divisi.fit(AUDIO, RATE, NOTES, **SETTINGS).masks.sum()


def main(count: int) -> None:
    watch("separations", count, separate)
    watch("errors", count, refuse)
    watch("cancelled separations", count, cancel)
    watch("fits", count, fit)


main(int(sys.argv[1]))
