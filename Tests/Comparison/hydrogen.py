"""Whether the real Hydrogen plays a kit as divisi remix does: python3 hydrogen.py --divisi PROGRAM --data FOLDER.

Needs Hydrogen 1.2 (apt-get install hydrogen), numpy and soundfile. Hydrogen gets a home of its own.
"""
import argparse
import os
import pathlib
import re
import subprocess
import tempfile

import numpy as np
import soundfile

from kits import lsd, mono

# Ticks of Hydrogen in a quarter note; at this tempo there are 320 in a second.
TICKS, TEMPO = 48, 400
SONG = """<?xml version="1.0" encoding="UTF-8"?>
<song>
 <version>1.2.0</version><bpm>{tempo}</bpm><volume>1</volume><metronomeVolume>0</metronomeVolume>
 <name>pattern</name><author></author><notes></notes><license></license>
 <loopEnabled>false</loopEnabled><patternModeMode>true</patternModeMode>
 <playbackTrackFilename></playbackTrackFilename><playbackTrackEnabled>false</playbackTrackEnabled>
 <playbackTrackVolume>0</playbackTrackVolume><action_mode>0</action_mode><mode>song</mode>
 <pan_law_type>RATIO_STRAIGHT_POLYGONAL</pan_law_type><pan_law_k_norm>1.33333</pan_law_k_norm>
 <humanize_time>0</humanize_time><humanize_velocity>0</humanize_velocity><swing_factor>0</swing_factor>
 <componentList><drumkitComponent><id>0</id><name>Main</name><volume>1</volume></drumkitComponent></componentList>
 {instruments}
 <patternList>{patterns}</patternList>
 <patternSequence>{sequence}</patternSequence>
 <ladspa/><BPMTimeLine/><timeLineTag/><automationPaths><path adjust="velocity"/></automationPaths>
</song>
"""
NOTE = (
    "<note><position>{0}</position><leadlag>0</leadlag><velocity>{1}</velocity><pan>0</pan><pitch>0</pitch>"
    "<probability>1</probability><key>C0</key><length>-1</length><instrument>{2}</instrument><note_off>false</note_off></note>"
)


def song(kit, notes):
    """A song of Hydrogen in bars of four quarter notes."""
    text = kit.read_text()
    instruments = re.search(r"<instrumentList>.*</instrumentList>", text, re.S)[0]
    name = kit.parent.name
    instruments = re.sub(
        r"(<name>[^<]*</name>)\s*<volume>", rf"\1<drumkit>{name}</drumkit><drumkitLookup>2</drumkitLookup><volume>", instruments
    )
    ids = dict(zip(re.findall(r"<midiOutNote>(\d+)<", text), re.findall(r"<id>(\d+)</id>\s*<name>[^<]*</name>\s*<volume>1</volume>\s*<isMuted>", text)))
    bar, bars = 4 * TICKS, {}
    for seconds, pitch, velocity in notes:
        tick = round(seconds * TICKS * TEMPO / 60)
        bars.setdefault(tick // bar, []).append(NOTE.format(tick % bar, velocity / 127, ids[pitch]))
    count = max(bars) + 2
    patterns = "".join(
        f"<pattern><name>{i}</name><category></category><size>{bar}</size><denominator>4</denominator><info></info>"
        f"<noteList>{''.join(bars.get(i, []))}</noteList></pattern>"
        for i in range(count)
    )
    sequence = "".join(f"<group><patternID>{i}</patternID></group>" for i in range(count))
    return SONG.format(tempo=TEMPO, instruments=instruments, patterns=patterns, sequence=sequence)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--divisi", default=".build/release/divisi")
    parser.add_argument("--data", default="../shared/data")
    options = parser.parse_args()
    run = lambda *command, **more: subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300, **more)
    for track in sorted(pathlib.Path(options.data, "real").glob("[aft]*")):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            environment = os.environ | {"HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}
            made = run(options.divisi, "kit", track / "MIX.flac", "--score", track / "score.mid", "--format", "sfz,hydrogen", "-o", folder / "kit")
            if made.returncode:
                raise SystemExit(made.stderr)
            checked = run("h2cli", "-c", folder / "kit/kit.h2drumkit", env=environment)
            print(track.name, "valid" if re.search(r"\bvalid", checked.stdout, re.I) and "INVALID" not in checked.stdout else "INVALID")
            run("h2cli", "-i", folder / "kit/kit.h2drumkit", env=environment)
            kit = next((folder / ".hydrogen/data/drumkits").glob("*/drumkit.xml"))
            table = run(options.divisi, "inspect", folder / "kit/pattern.mid", "-p", "drums", "--notes").stdout
            notes = [(float(r[0]), r[2], int(r[3])) for r in (line.split(";") for line in table.split("\n")[1:]) if len(r) > 3]
            (folder / "a.h2song").write_text(song(kit, notes))
            run("h2cli", "-s", folder / "a.h2song", "-o", folder / "h.wav", "-r", 44100, "-b", 24, env=environment)
            run(options.divisi, "remix", "--kit", folder / "kit/kit.sfz", "--pattern", folder / "kit/pattern.mid", "-o", folder / "d.wav")
            theirs, rate = mono(folder / "h.wav")
            ours, _ = mono(folder / "d.wav")
            # Both start with the first note; Hydrogen's mixer has a gain of its own.
            start = lambda x: int(np.argmax(np.abs(x) > 0.05 * np.abs(x).max()))
            shift = start(theirs) - start(ours)
            theirs = theirs[shift:] if shift >= 0 else np.pad(theirs, (-shift, 0))
            theirs = np.pad(theirs, (0, max(0, len(ours) - len(theirs))))[: len(ours)]
            gain = np.sqrt(np.sum(ours**2) / np.sum(theirs**2))
            print(f"  gain {20 * np.log10(gain):.1f} dB, LSD {lsd(gain * theirs, ours, rate):.2f} dB", flush=True)


if __name__ == "__main__":
    main()
