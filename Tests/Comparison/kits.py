"""Figures of kits, remixes and mosaics: python3 kits.py pairs|same|again|own|real|ends|mosaics|sfz --divisi PROGRAM --data FOLDER.

Needs numpy and soundfile; sfz also sfzlint. What the figures are is said in README.md beside this file.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import soundfile

WINDOW, HOP, BANDS = 2048, 512, 40
DRUMS = {"KD": "kick", "SD": "snare", "HH": "hihat"}


def mel_filters(rate):
    """Triangles that are even on the mel scale, from 0 Hz to half the sample rate."""
    mel = lambda hertz: 2595 * np.log10(1 + hertz / 700)
    edges = 700 * (10 ** (np.linspace(0, mel(rate / 2), BANDS + 2) / 2595) - 1)
    bins = np.arange(WINDOW // 2 + 1) * rate / WINDOW
    rows = []
    for low, centre, high in zip(edges, edges[1:], edges[2:]):
        rows.append(np.clip(np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)), 0, None))
    return np.array(rows)


def mel_power(samples, rate):
    window = np.hanning(WINDOW + 1)[:-1]
    samples = np.pad(samples, (WINDOW // 2, WINDOW))
    starts = range(0, len(samples) - WINDOW + 1, HOP)
    spectra = np.array([np.abs(np.fft.rfft(window * samples[s : s + WINDOW])) ** 2 for s in starts])
    return mel_filters(rate) @ spectra.T


def lsd(estimate, truth, rate):
    """Mean of |10 log10| over bands and frames, with a floor 40 dB below the strongest band of the truth."""
    length = len(truth)
    estimate = np.pad(estimate, (0, max(0, length - len(estimate))))[:length]
    a, b = mel_power(estimate, rate), mel_power(truth, rate)
    floor = 1e-4 * b.max()
    return np.mean(np.abs(10 * np.log10((a + floor) / (b + floor))))


def sdr(estimate, truth):
    estimate = np.pad(estimate, (0, max(0, len(truth) - len(estimate))))[: len(truth)]
    return 10 * np.log10(np.sum(truth**2) / np.sum((estimate - truth) ** 2))


def mono(path):
    samples, rate = soundfile.read(str(path), always_2d=True)
    return samples.mean(axis=1), rate


def grows(path):
    """Whether 10 ms near the end of a sample are 10 dB above some before them, and within 30 dB of its first 50 ms."""
    samples, rate = soundfile.read(str(path), always_2d=True)
    stretch = rate // 100
    energy = (samples**2).sum(axis=1)
    last = energy[: len(energy) - stretch][-4 * stretch :].reshape(4, -1) if len(energy) > 9 * stretch else np.ones((4, 1))
    powers = last.mean(axis=1) + 1e-20
    least = 1e-3 * energy[: 5 * stretch].mean()
    return any(powers[i] > least and powers[i] >= 10 * powers[:i].min() for i in range(1, 4))


class Run:
    def __init__(self, options):
        self.program, self.data = options.divisi, pathlib.Path(options.data)
        self.folder = tempfile.TemporaryDirectory()
        self.output = pathlib.Path(self.folder.name) / "out.wav"

    def divisi(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    def remix(self, track, *arguments):
        mix = next(p for p in (track / "MIX.flac", track / "mix.flac") if p.exists())
        self.divisi("remix", mix, "--score", track / "score.mid", "-f", "-o", self.output, *arguments)
        return mono(self.output)[0], *mono(mix)

    def pairs(self):
        """A kit from one track plays the score of another of the same kit: each with the next, the last with the first."""
        kits = {}
        for track in sorted((self.data / "drums").glob("d*")):
            kits.setdefault(json.loads((track / "meta.json").read_text())["kit"], []).append(track)
        values = []
        for tracks in kits.values():
            for track, other in zip(tracks, tracks[1:] + tracks[:1]):
                if track != other:
                    sound, _, _ = self.remix(track, "--pattern", other / "score.mid")
                    values.append(lsd(sound, *mono(other / "MIX.flac")))
                    print(f"{track.name} -> {other.name}: {values[-1]:.2f} dB", flush=True)
        print(f"mean of {len(values)}: {np.mean(values):.2f} dB")

    def again(self):
        """What the track plays, drum by drum, by the samples of its kit."""
        self.same(by_kit=True)

    def own(self):
        """What the track plays, drum by drum, by its kit alone: kit.sfz and pattern.mid."""
        self.same(by_kit=True, from_files=True)

    def same(self, by_kit=False, from_files=False):
        """What the track plays, drum by drum and as a whole, by its own strokes."""
        values = {name: [] for name in [*DRUMS, "MIX"]}
        kit = pathlib.Path(self.folder.name) / "kit"
        for track in sorted((self.data / "drums").glob("d*")):
            if from_files:
                self.divisi("kit", track / "MIX.flac", "--score", track / "score.mid", "-f", "-o", kit)
            for name in values:
                off = [a for n, drum in DRUMS.items() if name not in ("MIX", n) for a in ("--replace", f"{drum}=off")]
                truth, rate = mono(track / f"{name}.flac")
                if from_files:
                    self.divisi("remix", "--kit", kit / "kit.sfz", "--pattern", kit / "pattern.mid", "-f", "-o", self.output, *off)
                    sound, _ = mono(self.output)
                else:
                    pattern = ["--pattern", track / "score.mid"] if by_kit else []
                    sound, _, _ = self.remix(track, *off, *pattern)
                values[name].append((sdr(sound, truth), lsd(sound, truth, rate)))
            print(track.name, " ".join(f"{n} {v[-1][0]:.1f} dB, LSD {v[-1][1]:.2f}" for n, v in values.items()), flush=True)
        for name, found in values.items():
            print(f"{name}: SDR {np.mean(found, 0)[0]:.1f} dB, LSD {np.mean(found, 0)[1]:.2f} dB")

    def real(self):
        """The same pattern again, against the recording: real loops, and drums played by people."""
        for track in sorted((self.data / "real").glob("[aft]*")) + sorted((self.data / "acoustic/mdb-drums").iterdir()):
            sound, mix, rate = self.remix(track)
            print(f"{track.name}: LSD {lsd(sound, mix, rate):.2f} dB, SDR {sdr(sound, mix):.1f} dB", flush=True)

    def ends(self):
        """Samples of kits that end with another stroke's attack: before the fade, their last 40 ms grow by 10 dB or more."""
        tracks = sorted((self.data / "real").glob("[aft]*")) + sorted((self.data / "acoustic/mdb-drums").iterdir())
        for track in tracks + sorted((self.data / "drums").glob("d*")):
            mix = next(p for p in (track / "MIX.flac", track / "mix.flac") if p.exists())
            folder = pathlib.Path(self.folder.name) / track.name
            self.divisi("kit", mix, "--score", track / "score.mid", "-o", folder)
            samples = sorted((folder / "samples").glob("*.wav"))
            print(f"{track.name}: {sum(map(grows, samples))} of {len(samples)}", flush=True)

    def mosaics(self):
        """A target that is the source, and one that is the source cut into pieces of 20 frames and shuffled."""
        folder = pathlib.Path(self.folder.name)
        free = ["--repetition", 1, "--polyphony", 0, "--continuity", 1]
        for name in ("real/chopin-op28-11-smd/mix.flac", "piano-hands/bach-bwv846-prelude/mix.flac", "real/amen/MIX.flac"):
            samples, rate = mono(self.data / name)
            samples, piece = samples[: 12 * rate], 20 * round(1024 * rate / 44100)
            pieces = [samples[i * piece : (i + 1) * piece] for i in range(len(samples) // piece)]
            np.random.default_rng(1).shuffle(pieces)
            source, target = folder / "source.wav", folder / "target.wav"
            soundfile.write(source, samples, rate, subtype="FLOAT")
            for kind, truth in (("itself", samples), ("shuffled", np.concatenate(pieces))):
                soundfile.write(target, truth, rate, subtype="FLOAT")
                results = []
                for arguments in ([], free):
                    self.divisi("mosaic", "--target", target, "--source", source, "-f", "-o", self.output, *arguments)
                    results.append(sdr(mono(self.output)[0], truth))
                print(f"{name} {kind}: {results[0]:.1f} dB, unrestrained {results[1]:.1f} dB", flush=True)

    def sfz(self):
        """sfzlint on a kit of each real loop."""
        for track in sorted((self.data / "real").glob("[aft]*")):
            folder = pathlib.Path(self.folder.name) / track.name
            self.divisi("kit", track / "MIX.flac", "--score", track / "score.mid", "-o", folder)
            done = subprocess.run(["sfzlint", folder / "kit.sfz"], capture_output=True, text=True)
            print(f"{track.name}: {done.stdout.strip() or 'clean'}{done.stderr}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figure", choices=["pairs", "same", "again", "own", "real", "ends", "mosaics", "sfz"])
    parser.add_argument("--divisi", default=".build/release/divisi")
    parser.add_argument("--data", default="../shared/data")
    options = parser.parse_args()
    getattr(Run(options), options.figure)()
