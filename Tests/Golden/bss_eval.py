#!/usr/bin/env python3
"""Writes bss_eval.json: short signals, and the SDR, SIR and SAR that mir_eval gives them.

Run it in this folder, with numpy, scipy and mir_eval installed: python bss_eval.py
"""

import json
import warnings

import numpy as np
from mir_eval import separation

SAMPLES = 2200
# Signals are rounded to this grid, so that their decimal text and Float both hold them exactly.
SCALE = 1 << 15


def low_pass(x, pole):
    """Colours noise: white noise would make the normal equations too easy."""
    y = np.zeros_like(x)
    for n in range(len(x)):
        y[n] = x[n] + (pole * y[n - 1] if n else 0)
    return y / np.max(np.abs(y))


def to_integers(signals):
    return np.round(np.array(signals) * SCALE / 4).astype(int)


def bss_eval(references, estimates, taps):
    """bss_eval_sources without permutation; its length of 512 is fixed, that of its parts is not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if taps == 512:
            return separation.bss_eval_sources(references, estimates, compute_permutation=False)[:3]
        rows = [
            separation._bss_source_crit(
                *separation._bss_decomp_mtifilt(references, estimate, index, taps))
            for index, estimate in enumerate(estimates)
        ]
        return np.array(rows).T


def measure(name, taps, references, estimates):
    references, estimates = to_integers(references), to_integers(estimates)
    sdr, sir, sar = bss_eval(references / SCALE, estimates / SCALE, taps)
    return {
        "name": name, "taps": taps,
        "references": references.tolist(), "estimates": estimates.tolist(),
        "sdr": sdr.tolist(), "sir": sir.tolist(), "sar": sar.tolist(),
    }


def main():
    random = np.random.default_rng(20060702)
    noise = random.standard_normal((6, SAMPLES))
    a, b, c = low_pass(noise[0], 0.5), low_pass(noise[1], -0.3), low_pass(noise[2], 0.95)
    ringing = c * np.exp(-np.arange(SAMPLES) / 600)
    echo = np.concatenate([np.zeros(200), a[:-200]])
    errors = 0.05 * noise[3:]

    cases = [
        measure("two leaking parts", 512, [a, b], [a + 0.1 * b + errors[0], b - 0.3 * a]),
        measure("a delayed part", 240, [a, b], [0.5 * echo + errors[0], b + 0.2 * echo]),
        measure(
            "three parts, one coloured and decaying", 100, [a, b, ringing],
            [a + 0.05 * b, b + 0.4 * ringing + errors[1], ringing + 0.1 * a + 0.1 * errors[2]]),
        measure("parts swapped", 31, [a, b], [b + errors[0], a + errors[1]]),
    ]
    with open("bss_eval.json", "w", encoding="utf-8") as file:
        json.dump({"scale": SCALE, "cases": cases}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
