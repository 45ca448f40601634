"""What reads scores: this project's program, and programs of others.

A reading is a list of notes (start, duration, pitch), in seconds; None if the file is not read. Behind these, Divisi says
to which track and voice a note belongs.
"""

import bisect
import hashlib
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

SECONDS = 120  # for one file and one reader

ENDINGS = {"scores": {".xml", ".musicxml", ".mxl"}, "midi": {".mid", ".midi"}}
PACKAGES = ["music21", "partitura", "symusic"]


def files(kind, paths):
    """The scores among paths; without paths, those that come with Python packages."""
    folders = paths or [
        pathlib.Path(spec.origin).parent
        for spec in (importlib.util.find_spec(name) for name in PACKAGES) if spec
    ]
    found = []
    for path in folders:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in inside if file.suffix.lower() in ENDINGS[kind] and file.is_file()]
    return found


def short(file):
    return "/".join(file.parts[-3:])


def json_of_divisi(program, file, *options):
    try:
        run = subprocess.run(
            [program, "inspect", str(file), "--json", *options], capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, "takes too long"
    if run.returncode != 0:
        return None, run.stderr.strip().splitlines()[-1] if run.stderr.strip() else "no reason given"
    return json.loads(run.stdout), ""


def divisi(program, file):
    contents, remark = json_of_divisi(program, file, "--parts", "all=*")
    if contents is None:
        return None, remark
    return [
        (note["start"], note["duration"], note["pitch"], note["track"], note.get("voice", 0)) for note in contents["notes"]
    ], ""


def divisi_tracks(program, file):
    contents, remark = json_of_divisi(program, file, "--parts", "all=*")
    if contents is None:
        return None, remark
    tracks = {}
    for note in contents["notes"]:
        tracks.setdefault(note["track"], []).append((note["start"], note["key_seconds"], note["pitch"]))
    return tracks, ""


def mido_tracks(path):
    """Notes by track, from 1. A note-off ends the oldest note of its key; what is never ended ends with its track."""
    import mido

    try:
        file = mido.MidiFile(path, clip=True)
    except Exception:
        return None
    tempos = [(0, 500_000)]
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempos.append((tick, message.tempo))
    tempos.sort(key=lambda tempo: tempo[0])

    starts, seconds = [], 0.0
    for index, (tick, tempo) in enumerate(tempos):
        if index > 0:
            before = tempos[index - 1]
            seconds += (tick - before[0]) * before[1] / 1e6 / file.ticks_per_beat
        starts.append(seconds)
    ticks = [tick for tick, _ in tempos]

    def at(tick):
        index = bisect.bisect_right(ticks, tick) - 1
        return starts[index] + (tick - ticks[index]) * tempos[index][1] / 1e6 / file.ticks_per_beat

    tracks = {}
    for number, track in enumerate(file.tracks, 1):
        held, tick = {}, 0

        def end(key, at_tick):
            begin = held[key].pop(0)
            notes.append((at(begin), at(at_tick) - at(begin), key[1]))

        notes = []
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                held.setdefault((message.channel, message.note), []).append(tick)
            elif message.type in ("note_on", "note_off") and held.get((message.channel, message.note)):
                end((message.channel, message.note), tick)
        for key in held:
            while held[key]:
                end(key, tick)
        if notes:
            tracks[number] = notes
    return tracks


def mido_notes(path):
    tracks = mido_tracks(path)
    return None if tracks is None else [note for notes in tracks.values() for note in notes]


def place(file, work, reader):
    """Where the reading of a file is kept; its name depends on the file's contents."""
    folder = work / reader
    folder.mkdir(parents=True, exist_ok=True)
    return folder / (hashlib.sha1(file.read_bytes()).hexdigest()[:16] + ".mid")


def musescore(files, work):
    """Lets MuseScore write MIDI files, many in one run; what stops it is tried alone."""
    program = next((name for name in ("mscore", "mscore3", "musescore3") if shutil.which(name)), None)
    if program is None:
        sys.exit("compare.py: MuseScore is not installed (Debian: musescore3); --without MuseScore leaves it out")
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=str(work.resolve()))

    def convert(some):
        jobs = work / "jobs.json"
        jobs.write_text(json.dumps([
            {"in": str(file.resolve()), "out": str(place(file, work, "MuseScore").resolve())} for file in some]))
        try:
            subprocess.run(
                [program, "-j", str(jobs)], env=environment, capture_output=True, timeout=SECONDS * len(some) / 4 + 30)
        except subprocess.TimeoutExpired:
            pass

    def missing():
        return [
            file for file in files
            if not place(file, work, "MuseScore").exists()
            and not place(file, work, "MuseScore").with_suffix(".failed").exists()
        ]

    todo = sorted(missing(), key=lambda file: file.stat().st_size)
    for start in range(0, len(todo), 20):
        convert(todo[start:start + 20])
    for file in missing():
        convert([file])
        if not place(file, work, "MuseScore").exists():
            place(file, work, "MuseScore").with_suffix(".failed").touch()
    return lambda file: mido_notes(place(file, work, "MuseScore"))


MUSIC21 = """
import sys
from music21 import converter
converter.parse(sys.argv[1]).write('midi', sys.argv[2])
"""


def music21(files, work):
    for file in files:
        target = place(file, work, "music21")
        if target.exists() or target.with_suffix(".failed").exists():
            continue
        try:
            subprocess.run(
                [sys.executable, "-c", MUSIC21, str(file), str(target)], capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            pass
        if not target.exists():
            target.with_suffix(".failed").touch()
    return lambda file: mido_notes(place(file, work, "music21"))


OTHERS = {"MuseScore": musescore, "music21": music21}
