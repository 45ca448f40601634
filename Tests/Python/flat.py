"""Many calls in one process, whose memory stays as it is: flat.py COUNT"""

import sys

import numpy as np

import divisi


def resident() -> int:
    """What the process holds, in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def main(count: int) -> None:
    rate = 8000
    audio = np.sin(np.arange(rate // 2) / 5).astype("f4")
    notes = [(0.05, 0.2, 60), (0.3, 0.1, 48)]
    settings = {"split": "C4", "align": False, "partial": True, "iterations": 2}
    after = 0
    for index in range(count):
        divisi.separate(audio, rate, notes, **settings)
        try:
            divisi.separate(audio, 5, notes, **settings)
        except divisi.InputError:
            pass
        if index % 20 == 0:
            divisi.fit(audio, rate, notes, **settings).masks.sum()
        if index == count // 5:
            after = resident()
    growth = resident() - after
    print(f"{count} calls: {after / 1e6:.1f} MB after the first {count // 5}, {growth / 1e6:+.2f} MB after the others")
    # A call keeps about 0.3 MB while it runs; of what was lost each time, a hundredth would show.
    assert growth < 2e6, growth


main(int(sys.argv[1]))
