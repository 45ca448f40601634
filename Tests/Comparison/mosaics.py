"""Mosaics by NMF Toolbox beside those of Divisi: python3 mosaics.py --divisi PROGRAM --data FOLDER.

Needs numpy, soundfile and libnmfd, which is NMF Toolbox under its later name (PyPI). Both get the same source and target with the same
window, hop and restraints, and play frames of the source with the phases that they have.
"""
import argparse
import pathlib
import resource
import subprocess
import tempfile
import time

import numpy as np
import soundfile
import tqdm

from kits import mono, sdr

# It draws a bar for notebooks otherwise.
tqdm.tnrange = lambda count, **_: range(count)
from libnmfd.core.nmfdiag import nmf_diag  # noqa: E402

WINDOW, HOP = 2048, 1024
HANN = np.hanning(WINDOW + 1)[:-1]
RECORDINGS = (
    "real/chopin-op28-11-smd/mix.flac",
    "piano-hands/bach-bwv846-prelude/mix.flac",
    "real/amen/MIX.flac",
)


def stft(samples):
    samples = np.pad(samples, (WINDOW // 2, WINDOW))
    starts = range(0, len(samples) - WINDOW + 1, HOP)
    return np.array([np.fft.rfft(HANN * samples[s : s + WINDOW]) for s in starts]).T


def istft(spectra, length):
    samples, weights = (np.zeros(HOP * spectra.shape[1] + WINDOW) for _ in range(2))
    for index, column in enumerate(spectra.T):
        place = slice(index * HOP, index * HOP + WINDOW)
        samples[place] += HANN * np.fft.irfft(column, WINDOW)
        weights[place] += HANN**2
    return (samples / np.maximum(weights, 1e-9))[WINDOW // 2 :][:length]


def toolbox(source, target, iterations, seed=0):
    """The mosaic, and how long it took in seconds of the processor, as the toolbox's own example makes it."""
    frames, V = stft(source), np.abs(stft(target))
    sums = np.abs(frames).sum(axis=0) + 1e-12
    W = np.abs(frames) / sums
    H = np.random.default_rng(seed).random((W.shape[1], V.shape[1]))
    begin = time.process_time()
    _, H = nmf_diag(
        V=V + 1e-12, cost_func="KLDiv", num_iter=iterations, init_W=W, init_H=H, fix_W=True,
        cont_polyphony=10, cont_length=7, cont_grid=5, cont_sparsen=(1, 7))
    seconds = time.process_time() - begin
    return istft((frames / sums) @ H, len(target)), seconds


def divisi(program, source, target, output):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [program, "mosaic", "--target", target, "--source", source, "-f", "-o", output],
        check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return mono(str(output))[0], used


def main(options):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source, target, output = folder / "source.wav", folder / "target.wav", folder / "out.wav"
        for recording in RECORDINGS:
            samples, rate = mono(str(pathlib.Path(options.data) / recording))
            samples, piece = samples[: 12 * rate], 20 * HOP
            pieces = [samples[i * piece : (i + 1) * piece] for i in range(len(samples) // piece)]
            np.random.default_rng(1).shuffle(pieces)
            soundfile.write(str(source), samples, rate, subtype="FLOAT")
            for kind, truth in (("itself", samples), ("shuffled", np.concatenate(pieces))):
                soundfile.write(str(target), truth, rate, subtype="FLOAT")
                line = []
                for count in (20, 50):
                    made, seconds = toolbox(samples, truth, count)
                    line.append(f"NMF Toolbox, {count} iterations {sdr(made, truth):.1f} dB ({seconds:.1f} s)")
                made, seconds = divisi(options.divisi, source, target, output)
                line.append(f"divisi {sdr(made, truth):.1f} dB ({seconds:.1f} s)")
                print(f"{recording} {kind}: " + ", ".join(line), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--divisi", default=".build/release/divisi")
    parser.add_argument("--data", default="../shared/data")
    main(parser.parse_args())
