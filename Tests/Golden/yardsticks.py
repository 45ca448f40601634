#!/usr/bin/env python3
"""Writes yardsticks.json: what mir_eval gives the ideal ratio mask and the mixture itself, on the drums that ship.

Run it in this folder, with numpy, scipy, soundfile and mir_eval installed: python yardsticks.py
"""

import json
import warnings

import numpy as np
import soundfile
from mir_eval import separation

FOLDER = "../Recordings/break"
PARTS = ["hihat", "kick", "snare"]
WINDOW, HOP, ALPHA = 2048, 512, 2.0


def stft(x):
    """Centred frames with a periodic Hann window, enough of them to cover every sample."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    count = -(-len(x) // HOP) + 1
    padded = np.pad(x, (WINDOW // 2, count * HOP + WINDOW - len(x)))
    frames = np.stack([padded[n * HOP:n * HOP + WINDOW] * window for n in range(count)])
    return np.fft.rfft(frames, axis=1), window


def inverse(spectrum, window, length):
    """Least squares, as Griffin & Lim 1984."""
    out = np.zeros(len(spectrum) * HOP + WINDOW)
    norm = np.zeros_like(out)
    for n, frame in enumerate(np.fft.irfft(spectrum, WINDOW, axis=1)):
        out[n * HOP:n * HOP + WINDOW] += frame * window
        norm[n * HOP:n * HOP + WINDOW] += window ** 2
    half = WINDOW // 2
    return (out / np.maximum(norm, 1e-12))[half:half + length]


def scores(references, estimates):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sdr, sir, sar, _ = separation.bss_eval_sources(
            references, estimates, compute_permutation=False)
    scale = np.sum(references * estimates, 1) / np.sum(references ** 2, 1)
    target = scale[:, None] * references
    si_sdr = 10 * np.log10(np.sum(target ** 2, 1) / np.sum((estimates - target) ** 2, 1))
    return [
        {"sdr": sdr[i], "sir": sir[i], "sar": sar[i], "si_sdr": si_sdr[i]}
        for i in range(len(PARTS))
    ]


def main():
    references = np.stack([soundfile.read(f"{FOLDER}/{part}.flac")[0] for part in PARTS])
    mixture = soundfile.read(f"{FOLDER}/mix.flac")[0]
    powers = [np.abs(stft(reference)[0]) ** ALPHA + 1e-30 for reference in references]
    spectrum, window = stft(mixture)
    oracle = np.stack(
        [inverse(spectrum * power / sum(powers), window, len(mixture)) for power in powers])
    result = {
        "parts": PARTS, "window": WINDOW, "hop": HOP, "alpha": ALPHA,
        "oracle": scores(references, oracle),
        "mixture": scores(references, np.stack([mixture] * len(PARTS))),
    }
    with open("yardsticks.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
