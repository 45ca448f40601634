"""Copies of MusicXML files that say in full what MuseScore 3 does not take from the notation.

Each change is one that a copyist would make without a thought, and that changes no note:

- `<tie>` without `<tied>`: MuseScore plays only ties that are drawn.
- A tie whose voice goes on with another pitch: MuseScore carries it to the next note of its pitch, however far away.
- A repeat sign after another one, without a sign where it begins: MuseScore goes back to the very beginning.

Ornaments and grace notes are left out: everybody plays trills as fast, and grace notes as long, as they like. Both programs
read the copy, and what remains has to agree.
"""

import xml.etree.ElementTree as ElementTree
import zipfile

BOW = "ties that are not drawn"
DEAD = "ties that lead nowhere"
REPEAT = "repeats without a beginning"
ORNAMENTS = "ornaments and grace notes"


def read(path):
    if not zipfile.is_zipfile(path):
        return ElementTree.fromstring(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.startswith("META-INF") and name.endswith("xml")]
        return ElementTree.fromstring(archive.read(names[0]))


def draw_ties(note):
    ties = {tie.get("type") for tie in note.findall("tie")}
    drawn = {tied.get("type") for tied in note.iter("tied")}
    if ties <= drawn:
        return False
    notations = note.find("notations")
    if notations is None:
        notations = ElementTree.Element("notations")
        later = [i for i, child in enumerate(note) if child.tag in ("lyric", "play")]
        note.insert(later[0] if later else len(note), notations)
    for kind in sorted(ties - drawn, reverse=True):
        notations.insert(0, ElementTree.Element("tied", type=kind))
    return True


def end_dead_ties(part):
    """Removes the start of each tie after which the voice goes on without its pitch."""

    def pitch(note):
        step = note.find("pitch")
        return None if step is None else tuple(step.findtext(name, "0") for name in ("step", "octave", "alter"))

    before, here, changed = {}, {}, False
    for note in part.iter("note"):
        if note.find("grace") is not None:
            continue
        voice = note.findtext("voice", "1")
        if note.find("chord") is None:
            changed |= end_ties(before.get(voice, []), [pitch(other) for other in here.get(voice, [])])
            if note.find("rest") is None:
                before[voice], here[voice] = here.get(voice, []), []
        if note.find("rest") is None:
            here.setdefault(voice, []).append(note)
    for voice in here:
        changed |= end_ties(before.get(voice, []), [pitch(other) for other in here[voice]])
        changed |= end_ties(here[voice], [])
    return changed


def end_ties(notes, following):
    changed = False
    for note in notes:
        step = note.find("pitch")
        if step is None:
            continue
        own = tuple(step.findtext(name, "0") for name in ("step", "octave", "alter"))
        if own in following:
            continue
        for parent in [note, *note.findall("notations")]:
            for tie in [child for child in parent if child.tag in ("tie", "tied") and child.get("type") == "start"]:
                parent.remove(tie)
                changed = True
    return changed


def begin_repeats(part):
    measures = part.findall("measure")
    begins, after, changed = False, None, False
    for index, measure in enumerate(measures):
        signs = [sign.get("direction") for sign in measure.iter("repeat")]
        if "forward" in signs:
            begins = True
        if "backward" in signs:
            if not begins and after is not None:
                start = after
                while start < index and any(mark.get("number") != "1" for mark in measures[start].iter("ending")):
                    start += 1
                barline = ElementTree.Element("barline", location="left")
                barline.append(ElementTree.Element("repeat", direction="forward"))
                measures[start].insert(0, barline)
                changed = True
            begins, after = False, index + 1
    return changed


def leave_out_ornaments(part):
    changed = False
    for measure in part.findall("measure"):
        for note in measure.findall("note"):
            if note.find("grace") is not None:
                measure.remove(note)
                changed = True
                continue
            for notations in note.findall("notations"):
                for name in ("ornaments", "arpeggiate", "glissando", "slide"):
                    for mark in notations.findall(name):
                        if name == "ornaments" and mark.find("tremolo") is not None:
                            continue
                        notations.remove(mark)
                        changed = True
    return changed


def spelt_out(path, target):
    """Writes the copy, and says what was changed for it; without any change there is no copy."""
    root = read(path)
    done = set()
    for part in root.findall("part"):
        if leave_out_ornaments(part):
            done.add(ORNAMENTS)
        if any([draw_ties(note) for note in part.iter("note")]):
            done.add(BOW)
        if end_dead_ties(part):
            done.add(DEAD)
        if begin_repeats(part):
            done.add(REPEAT)
    if done:
        ElementTree.ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)
    return sorted(done)
