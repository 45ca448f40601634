#!/usr/bin/env python3
"""Trains Presets/divisi-presets.lv2/generic-piano.safetensors from the piano of Debian's timgm6mb-soundfont (GPL-2; Tim
Brechbill, David Bolton), played by fluidsynth (package fluidsynth).

Usage: generic-piano.py DIVISI OUTPUT [FLUIDSYNTH]
e.g. Presets/recipes/generic-piano.py .build/release/divisi Presets/divisi-presets.lv2/generic-piano.safetensors
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

FONT = "/usr/share/sounds/sf2/TimGM6mb.sf2"
ORIGIN = "Piano of TimGM6mb (Tim Brechbill, David Bolton), GPL-2"
LOWEST, HIGHEST = 24, 103  # as many as 2 MB hold
TICKS = 1000  # per second: 500 per quarter at 120 per minute
SPACING, HELD = 2000, 1500


def number(value):
    """A variable-length quantity."""
    result = [value & 0x7F]
    while value := value >> 7:
        result.insert(0, value & 0x7F | 0x80)
    return bytes(result)


def midi():
    """Each of these keys once, mezzo forte, one after another."""
    events = []
    for index, key in enumerate(range(LOWEST, HIGHEST + 1)):
        start = 200 + index * SPACING
        events += [(start, bytes([0x90, key, 75])), (start + HELD, bytes([0x80, key, 0]))]
    track, last = b"", 0
    for tick, message in events:
        track += number(tick - last) + message
        last = tick
    track += number(SPACING) + b"\xff\x2f\x00"
    return (b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS // 2) + b"MTrk" + struct.pack(">I", len(track)) + track)


def main():
    divisi, output, fluidsynth = (sys.argv[1:] + ["fluidsynth"])[:3]
    with tempfile.TemporaryDirectory() as folder:
        score, sound = pathlib.Path(folder, "notes.mid"), pathlib.Path(folder, "notes.wav")
        score.write_bytes(midi())
        subprocess.run([fluidsynth, "-q", "-ni", "-R", "0", "-C", "0", "-g", "0.6", "-r", "44100", "-F", sound, FONT, score],
                       check=True)
        subprocess.run([divisi, "train", "--piano", sound, "--score", score, "--origin", ORIGIN, "--force", "-o", output],
                       check=True)


main()
