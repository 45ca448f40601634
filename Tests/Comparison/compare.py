#!/usr/bin/env python3
"""Compares the notes that `divisi inspect` reads from scores with those of independent readers.

    compare.py scores [FILE|FOLDER ...]   MusicXML, against MuseScore and music21
    compare.py midi [FILE|FOLDER ...]     MIDI files, against mido

Without files, the corpora that music21 and partitura bring are compared. See README.md beside this program.
"""

import argparse
import bisect
import collections
import pathlib
import sys

import readers
import spelling

TOLERANCE = 0.030  # seconds between two readings of one onset
UNISON = 0.005  # seconds; strikes of one pitch that are closer are one stroke


def strikes(notes):
    """By pitch, in order: each onset, and whether the pitch sounds already, as where two voices meet.

    Divisi ends a note where another voice strikes its key; such a strike counts as one of a pitch that sounds.
    """
    found = collections.defaultdict(list)
    ends = {}
    for start, duration, pitch, *line in sorted(notes):
        before = found[pitch]
        end, last = ends.get(pitch, (0, line))
        if not before or start - before[-1][0] > UNISON:
            before.append((start, end > start + UNISON or last != line and end > start - UNISON))
        ends[pitch] = max((end, last), (start + duration, line))
    return found


def differences(ours, theirs):
    """The strikes that only one of two readings has, as (seconds, pitch).

    A strike of a pitch that sounds already need not be in the other: a keyboard has each key once.
    """
    a, b = strikes(ours), strikes(theirs)
    only_a, only_b = [], []
    for pitch in set(a) | set(b):
        x, y, i, j = a.get(pitch, []), b.get(pitch, []), 0, 0
        while i < len(x) or j < len(y):
            if i < len(x) and j < len(y) and abs(x[i][0] - y[j][0]) <= TOLERANCE:
                i, j = i + 1, j + 1
            elif j == len(y) or (i < len(x) and x[i][0] < y[j][0]):
                if not x[i][1]:
                    only_a.append((x[i][0], pitch))
                i += 1
            else:
                if not y[j][1]:
                    only_b.append((y[j][0], pitch))
                j += 1
    return sorted(only_a), sorted(only_b)


def described(name, only_ours, only_theirs):
    first = min(only_ours[:1] + only_theirs[:1])
    return f"{name}: {len(only_ours)} only ours, {len(only_theirs)} only theirs, from {first[0]:.2f} s"


def spelt_out(files, divisi, work):
    """For files that MuseScore reads otherwise: whether both read the same of a copy that says more, and what was changed."""
    copies = {}
    folder = work / "spelt"
    folder.mkdir(exist_ok=True)
    for file in files:
        copy = folder / (readers.place(file, work, "MuseScore").stem + ".musicxml")
        changes = spelling.spelt_out(file, copy)
        if changes:
            copies[file] = copy, changes
    read = readers.musescore([copy for copy, _ in copies.values()], work)
    agreements = {}
    for file, (copy, changes) in copies.items():
        ours, theirs = readers.divisi(divisi, copy)[0], read(copy)
        agreements[file] = None not in (ours, theirs) and not any(differences(ours, theirs)), changes
    return agreements


def compare_scores(files, divisi, work, others):
    verdicts = collections.Counter()
    remaining = []
    readings, differing = {}, []
    others = {name: reader(files, work) for name, reader in others.items()}
    for file in files:
        readings[file] = readers.divisi(divisi, file)
        theirs = others["MuseScore"](file) if "MuseScore" in others else None
        if theirs is not None and readings[file][0] is not None and any(differences(readings[file][0], theirs)):
            differing.append(file)
    copies = spelt_out(differing, divisi, work) if differing else {}
    for file in files:
        ours, remark = readings[file]
        if ours is None:
            verdicts["not read by divisi"] += 1
            remaining.append((file, [f"not read: {remark}"]))
            continue
        compared, texts = {}, []
        for name, read in others.items():
            theirs = read(file)
            if theirs is None:
                continue
            compared[name] = theirs
            verdicts[f"read by {name}"] += 1
            only_ours, only_theirs = differences(ours, theirs)
            if not only_ours and not only_theirs:
                verdicts[f"agree with {name}"] += 1
                continue
            agrees, changes = copies.get(file, (False, []))
            if name == "MuseScore" and agrees:
                verdicts["agree with MuseScore but for " + ", ".join(changes)] += 1
                continue
            texts.append(described(name, only_ours, only_theirs))
        if len(compared) == 2 and len(texts) == 2:
            if not any(differences(*compared.values())):
                texts.append("the two agree with each other")
                verdicts["disagree with both, which agree"] += 1
            else:
                verdicts["all three differ"] += 1
        if texts:
            remaining.append((file, texts))
    return verdicts, remaining


def is_struck(onsets, seconds):
    """Whether there is an onset within a millisecond; they are in order."""
    index = bisect.bisect_left(onsets, seconds - 0.001)
    return index < len(onsets) and onsets[index] <= seconds + 0.001


def compare_midi(files, divisi):
    """Onsets, pitches and durations of each track."""
    verdicts, remaining = collections.Counter(), []
    for file in files:
        theirs = readers.mido_tracks(file)
        ours, remark = readers.divisi_tracks(divisi, file)
        if theirs is None or ours is None:
            verdicts["read by one only" if theirs or ours else "read by neither"] += 1
            remaining.append((file, ["mido: not read" if theirs is None else f"divisi: {remark}"]))
            continue
        texts, struck_again = [], False
        strikes = collections.defaultdict(list)
        for start, _, pitch in sorted(note for notes in theirs.values() for note in notes):
            strikes[pitch].append(start)
        for track in sorted(set(ours) | set(theirs)):
            a, b = (sorted(notes.get(track, []), key=lambda note: (note[2], note[0])) for notes in (ours, theirs))
            wrong = 0
            for x, y in zip(a, b):
                if x[2] != y[2] or abs(x[0] - y[0]) > 0.001:
                    wrong += 1
                elif abs(x[1] - y[1]) > 0.001:
                    # A key that is struck while it is held, maybe by the other hand, ends what it held.
                    if x[1] < y[1] and is_struck(strikes[x[2]], x[0] + x[1]):
                        struck_again = True
                    else:
                        wrong += 1
            if len(a) != len(b) or wrong:
                texts.append(f"track {track}: {len(a)} notes, mido {len(b)}; {wrong} differ")
        if texts:
            verdicts["differ"] += 1
            remaining.append((file, texts))
        else:
            verdicts["agree" + (" but for keys that are struck while they are held" if struck_again else "")] += 1
    return verdicts, remaining


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["scores", "midi"])
    parser.add_argument("paths", nargs="*", type=pathlib.Path, help="scores, or folders of them")
    parser.add_argument("--divisi", default=".build/release/divisi")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/comparison"), help="where readings of others are kept")
    parser.add_argument("--without", action="append", default=[], choices=["MuseScore", "music21"])
    options = parser.parse_intermixed_args()
    options.work.mkdir(parents=True, exist_ok=True)
    files = readers.files(options.kind, options.paths)
    if not files:
        sys.exit("compare.py: no scores to compare")
    if options.kind == "midi":
        verdicts, remaining = compare_midi(files, options.divisi)
    else:
        others = {name: reader for name, reader in readers.OTHERS.items() if name not in options.without}
        verdicts, remaining = compare_scores(files, options.divisi, options.work, others)
    for file, texts in remaining:
        print(f"{readers.short(file)}: " + "; ".join(texts))
    print(f"\n{len(files)} files")
    for text, count in sorted(verdicts.items()):
        print(f"{count:5} {text}")


if __name__ == "__main__":
    main()
