"""Mosaics by NMF Toolbox beside those of Divisi, and with a score: python3 mosaics.py toolbox|score --divisi PROGRAM --data FOLDER.

Needs numpy and soundfile; toolbox also libnmfd, which is NMF Toolbox under its later name (PyPI). There both get the same source and target with the same
window, hop and restraints, and play frames of the source with the phases that they have.
"""
import argparse
import csv
import pathlib
import re
import resource
import subprocess
import tempfile
import time

import numpy as np
import soundfile

from kits import mono, sdr

WINDOW, HOP = 2048, 1024
HANN = np.hanning(WINDOW + 1)[:-1]
RECORDINGS = (
    "real/chopin-op28-11-smd/mix.flac",
    "piano-hands/bach-bwv846-prelude/mix.flac",
    "real/amen/MIX.flac",
)


PIANOS = ("bach-bwv846-prelude", "joplin-maple-leaf", "mozart-k332-2", "schubert-d780-1", "beach-tired-child")


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
    import tqdm

    # It draws a bar for notebooks otherwise.
    tqdm.tnrange = lambda count, **_: range(count)
    from libnmfd.core.nmfdiag import nmf_diag

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


def divisi(program, source, target, output, *arguments):
    """The mosaic, how long it took, and the divergence that was printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [program, "mosaic", "--target", target, "--source", source, "-f", "-o", output, *arguments],
        check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return mono(str(output))[0], used, float(re.search(r"divergence ([0-9.]+)", done.stdout)[1])


def score(options):
    """15 s of one piano played with another's, with the score and without."""
    hertz = np.arange(WINDOW // 2 + 1) * 44100 / WINDOW

    def partials(pitches):
        found = np.zeros(len(hertz), bool)
        for pitch in pitches:
            for place in 440 * 2 ** ((pitch - 69) / 12) * np.arange(1, 9):
                found |= np.abs(hertz - place) <= max(44100 / WINDOW, 0.0293 * place)
        return found

    def chroma(magnitudes):
        audible = (hertz > 60) & (hertz < 4000)
        classes = np.round(69 + 12 * np.log2(hertz[audible] / 440)).astype(int) % 12
        result = np.zeros((12, magnitudes.shape[1]))
        np.add.at(result, classes, magnitudes[audible])
        return result

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source, target, output = folder / "source.wav", folder / "target.wav", folder / "out.wav"
        rows = []
        for index, piece in enumerate(PIANOS):
            other = PIANOS[(index + 1) % len(PIANOS)]
            data = pathlib.Path(options.data) / "piano-hands"
            for path, recording in ((target, piece), (source, other)):
                samples, rate = mono(str(data / recording / "mix.flac"))
                soundfile.write(str(path), samples[: 15 * rate], rate, subtype="FLOAT")
            notes = [
                (float(row["start"]), float(row["start"]) + float(row["duration"]), int(row["pitch"]))
                for row in csv.DictReader(open(data / piece / "notes.csv"), delimiter=";")]
            V = np.abs(stft(mono(str(target))[0]))
            sounding = [[p for a, b, p in notes if a <= n * HOP / 44100 <= b] for n in range(V.shape[1])]
            loud = V.sum(axis=0) > 0.05 * V.sum(axis=0).max()
            line = []
            for arguments in ((), ("--score", data / piece / "notes.csv")):
                made, _, divergence = divisi(options.divisi, source, target, output, *arguments)
                Y = np.abs(stft(made))
                a, b = chroma(V)[:, loud], chroma(Y)[:, loud]
                alike = np.mean((a * b).sum(0) / np.sqrt((a**2).sum(0) * (b**2).sum(0) + 1e-12))
                tune = np.mean([
                    Y[partials(pitches), n].sum() / (Y[:, n].sum() + 1e-9)
                    for n, pitches in enumerate(sounding) if pitches])
                line += [divergence, alike, tune]
            rows.append(line)
            print(f"{piece} by {other}: " + describe(line), flush=True)
        print("mean: " + describe(np.mean(rows, axis=0)))


def describe(line):
    return "; ".join(
        f"{name}: divergence {d:.3f}, chroma {c:.3f}, at partials of the score {t:.3f}"
        for name, (d, c, t) in (("without", line[:3]), ("with", line[3:])))


def toolbox_beside(options):
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
                made, seconds, _ = divisi(options.divisi, source, target, output)
                line.append(f"divisi {sdr(made, truth):.1f} dB ({seconds:.1f} s)")
                print(f"{recording} {kind}: " + ", ".join(line), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figure", choices=["toolbox", "score"])
    parser.add_argument("--divisi", default=".build/release/divisi")
    parser.add_argument("--data", default="../shared/data")
    options = parser.parse_args()
    (toolbox_beside if options.figure == "toolbox" else score)(options)
