#!/usr/bin/env python3
"""Makes mixtures of two talkers from the telephone announcements of Debian's asterisk-core-sounds packages.

Each talker gets 25 s of sentences to be trained on, and mixtures of sentences that are not among them, at
equal power and 16 kHz. Packages are downloaded and unpacked, not installed; nothing of them is kept here.

    python3 Tests/Comparison/talkers.py build/comparison/talkers

writes train/NAME/*.wav, and mixtures/A-B-1/ with mix.wav, A.wav and B.wav. Needs numpy and ffmpeg. Licences of the recordings: CC-BY-SA 3.0
(Allison Smith, June Wallack, Carlo Flora), CC-BY 3.0 (ivrvoice.ru).
"""

import itertools
import pathlib
import subprocess
import sys
import wave

import numpy as np

RATE = 16_000
# The folder of a language in its package.
TALKERS = {"en": "en_US_f_Allison", "fr": "fr_CA_f_June", "it": "it_IT_m_Carlo", "ru": "ru_RU_f_IvrvoiceRU"}
TRAINING_SECONDS = 25
TEST_SECONDS = 6
# Sentences of that length; what is shorter are single words.
SENTENCE_SECONDS = (1.5, 12)
MIXTURES_PER_PAIR = 2


def packages(folder):
    """Downloads and unpacks what is missing."""
    for language in TALKERS:
        name = f"asterisk-core-sounds-{language}-g722"
        target = folder / "packages" / name
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", name], cwd=target.parent, check=True)
        archive = next(target.parent.glob(f"{name}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive.resolve(), target.resolve()], check=True)


def sentences(folder, language):
    """The sentences of a talker, as floats without the silence at either end, in the order of their paths."""
    root = folder / "packages" / f"asterisk-core-sounds-{language}-g722"
    found = []
    for path in sorted(root.glob("usr/share/asterisk/sounds/*/**/*.g722")):
        # Two samples to a byte.
        if not SENTENCE_SECONDS[0] <= path.stat().st_size * 2 / RATE <= SENTENCE_SECONDS[1] or "silence" in path.parts:
            continue
        raw = subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "g722", "-i", path, "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"],
            check=True, capture_output=True).stdout
        samples = np.frombuffer(raw, "<i2") / 32768
        loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
        found.append(samples[loud[0]:loud[-1] + 1])
    return found


def write(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


def take(pool, seconds):
    """Removes sentences from a pool until there are so many seconds; cut to that length."""
    taken = []
    while sum(map(len, taken)) < seconds * RATE:
        taken.append(pool.pop())
    return taken


def main(folder):
    packages(folder)
    pools = {}
    for language in TALKERS:
        pool = sentences(folder, language)
        np.random.default_rng(1).shuffle(pool)
        level = 0.05 / np.sqrt(np.mean(np.concatenate(pool) ** 2))
        pool = [level * sentence for sentence in pool]
        for index, sentence in enumerate(take(pool, TRAINING_SECONDS)):
            write(folder / "train" / language / f"{index + 1:02}.wav", np.clip(sentence, -1, 1))
        pools[language] = pool
    for pair in itertools.combinations(TALKERS, 2):
        for number in range(1, MIXTURES_PER_PAIR + 1):
            signals = [np.concatenate(take(pools[one], TEST_SECONDS))[:TEST_SECONDS * RATE] for one in pair]
            signals = [signal * 0.05 / np.sqrt(np.mean(signal ** 2)) for signal in signals]
            target = folder / "mixtures" / f"{pair[0]}-{pair[1]}-{number}"
            # Rounded before they are added, so that they add up.
            signals = [np.round(signal * 32767) / 32767 for signal in signals]
            for name, signal in zip(pair, signals):
                write(target / f"{name}.wav", signal)
            write(target / "mix.wav", sum(signals))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/comparison/talkers"))
