#!/usr/bin/env python3
"""Writes stoi.json: seeded noise in the shape of speech, and the STOI that pystoi gives it.

Run it in this folder, with numpy, scipy and pystoi installed: python stoi.py
"""

import json

import numpy as np
from pystoi import stoi

# Signals are made from these in the test: a generator that both sides have, so that no samples are stored.
CASES = [
    {"rate": rate, "noise": noise, "seconds": 1.5}
    for rate in (8000, 10000, 16000, 44100) for noise in (0.1, 1.0, 4.0)
]


def noise(seed, count):
    """Numbers from -1 to 1 by SplitMix64."""
    values, state = np.zeros(count), seed
    mask = (1 << 64) - 1
    for index in range(count):
        state = (state + 0x9E3779B97F4A7C15) & mask
        bits = state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & mask
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
        bits ^= bits >> 31
        values[index] = 2 * (((bits >> 40) + 1) / (1 << 24)) - 1
    return values


def voice(seed, rate, seconds):
    """Noise that swells six times in a second, with silence of a fifth of a second in the middle."""
    count = int(rate * seconds)
    time = np.arange(count) / rate
    x = noise(seed, count) * (1 + np.sin(2 * np.pi * 6 * time)) / 2
    x[(time > seconds / 2) & (time < seconds / 2 + 0.2)] = 0
    # Towards low frequencies, as speech is.
    for index in range(1, count):
        x[index] += 0.8 * x[index - 1]
    return np.float32(x / 8)


def main():
    for number, case in enumerate(CASES):
        rate, seconds = case["rate"], case["seconds"]
        reference = voice(number, rate, seconds)
        estimate = np.float32(reference + np.float32(case["noise"]) * voice(100 + number, rate, seconds))
        case["stoi"] = float(stoi(reference.astype(float), estimate.astype(float), rate))
    with open("stoi.json", "w") as file:
        json.dump(CASES, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
