#!/usr/bin/env python3
"""Writes the five plugins' Turtle: `Plugin/make-turtle.py` after a port was added here; with `--check`
it only says whether they are up to date.

The Turtle in the tree is the truth: tests hold the Swift table of ports against it. Symbols and
indices never change once released; new ports go at the end of `ports`.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent / "divisi.lv2"
MINOR, MICRO = 2, 2

PREFIXES = """\
@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix log: <http://lv2plug.in/ns/ext/log#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix midi: <http://lv2plug.in/ns/ext/midi#> .
@prefix patch: <http://lv2plug.in/ns/ext/patch#> .
@prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .
@prefix pprops: <http://lv2plug.in/ns/ext/port-props#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rsz: <http://lv2plug.in/ns/ext/resize-port#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
@prefix time: <http://lv2plug.in/ns/ext/time#> .
@prefix units: <http://lv2plug.in/ns/extensions/units#> .
@prefix urid: <http://lv2plug.in/ns/ext/urid#> .
@prefix work: <http://lv2plug.in/ns/ext/worker#> .
"""

HANDS = [("left", "Left hand"), ("right", "Right hand")]
DRUMS = [("kick", "Kick"), ("snare", "Snare"), ("hihat", "Hi-hat"), ("toms", "Toms"), ("cymbals", "Cymbals")]
PARTS = [(f"part_{n}", f"Part {n}") for n in range(1, 9)]

PLUGINS = [
    # file, name, parts, drums?, outputs per part?, what it is
    ("hands", "Divisi Hands", HANDS, False, True,
     "Separates the left and the right hand of a piano recording by its score."),
    ("drums", "Divisi Drums", DRUMS, True, True,
     "Separates the drums of a recorded kit by its score."),
    ("parts", "Divisi Parts", PARTS, False, True,
     "Separates up to eight parts of a recording by its score: MIDI tracks or channels, or MusicXML parts."),
    ("hands-mix", "Divisi Hands (stereo)", HANDS, False, False,
     "Remixes the left and the right hand of a piano recording, for hosts that take no more than two outputs."),
    ("drums-mix", "Divisi Drums (stereo)", DRUMS, True, False,
     "Remixes the drums of a recorded kit, for hosts that take no more than two outputs."),
]


def text(value):
    return '"' + value.replace('"', '\\"') + '"'


def audio(direction, symbol, name, side, group, more=()):
    return [f"a lv2:{direction}Port , lv2:AudioPort", f"lv2:symbol {text(symbol)}", f"lv2:name {text(name)}",
            f"pg:group {group}", f"lv2:designation pg:{side}", *more]


def control(symbol, name, low, standard, high, *more, comment=None, direction="Input"):
    lines = [f"a lv2:{direction}Port , lv2:ControlPort", f"lv2:symbol {text(symbol)}", f"lv2:name {text(name)}",
             f"lv2:minimum {low}", f"lv2:default {standard}", f"lv2:maximum {high}", *more]
    return lines + ([f"rdfs:comment {text(comment)}"] if comment else [])


def toggle(symbol, name, standard, *more, comment=None):
    return control(symbol, name, 0, standard, 1, "lv2:portProperty lv2:toggled", *more, comment=comment)


def integer(symbol, name, low, standard, high, *more, comment=None):
    return control(symbol, name, low, standard, high, "lv2:portProperty lv2:integer", *more, comment=comment)


def choice(symbol, name, standard, points, *more, comment=None):
    shown = " , ".join(f"[ rdfs:label {text(label)} ; rdf:value {value} ]" for value, label in points)
    return control(symbol, name, points[0][0], standard, points[-1][0],
                   "lv2:portProperty lv2:integer , lv2:enumeration", f"lv2:scalePoint {shown}", *more, comment=comment)


def unit(name):
    return f"units:unit units:{name}"


EXPERT = "lv2:portProperty pprops:notOnGUI , pprops:expensive"
EXPENSIVE = "lv2:portProperty pprops:expensive"


def ports(uri, stems, drums, separate):
    yield audio("Input", "in_l", "In L", "left", f"<{uri}#in>")
    yield audio("Input", "in_r", "In R", "right", f"<{uri}#in>", ["lv2:portProperty lv2:connectionOptional"])
    for symbol, name in [("mix", "Mix")] + (stems if separate else []):
        for side in ("left", "right"):
            yield audio("Output", f"{symbol}_{side[0]}", f"{name} {side[0].upper()}", side, f"<{uri}#{symbol}>")
    if separate:
        yield ["a lv2:InputPort , atom:AtomPort", 'lv2:symbol "control"', 'lv2:name "Control"',
               "atom:bufferType atom:Sequence", "atom:supports midi:MidiEvent , time:Position , patch:Message",
               "lv2:designation lv2:control", "rsz:minimumSize 16384",
               "lv2:portProperty lv2:connectionOptional"]
        yield ["a lv2:OutputPort , atom:AtomPort", 'lv2:symbol "notify"', 'lv2:name "Notify"',
               "atom:bufferType atom:Sequence", "atom:supports patch:Message",
               "lv2:designation lv2:control", "rsz:minimumSize 16384",
               "lv2:portProperty lv2:connectionOptional"]
    yield toggle("enabled", "Enabled", 1, "lv2:designation lv2:enabled",
                 comment="Off gives the input, with the same latency.")
    yield toggle("freewheel", "Freewheel", 0, "lv2:designation lv2:freeWheeling",
                 "lv2:portProperty pprops:notOnGUI",
                 comment="On does all work at once, so that what is rendered is complete and always the same.")
    yield control("latency", "Latency", 0, 0, 4000000, "lv2:designation lv2:latency",
                  "lv2:portProperty lv2:integer , lv2:reportsLatency , pprops:notOnGUI", unit("frame"),
                  direction="Output")
    yield control("late", "Late", 0, 0, 16000000, "lv2:portProperty lv2:integer", direction="Output",
                  comment="Times since activation that the model was not ready in time; each costs quality, none a sound.")
    yield control("progress", "Progress", 0, 0, 1, direction="Output",
                  comment="How much of the history the model has heard.")
    for symbol, name in stems:
        yield control(f"gain_{symbol}", f"{name} gain", -60, 0, 12, unit("db"),
                      'lv2:scalePoint [ rdfs:label "off" ; rdf:value -60 ]', comment="In the mix.")
        yield toggle(f"mute_{symbol}", f"{name} mute", 0)
        yield toggle(f"solo_{symbol}", f"{name} solo", 0)
        yield control(f"pan_{symbol}", f"{name} pan", -1, 0, 1,
                      comment="A balance: in the middle the part keeps its own image.")
    for symbol, name in stems:
        yield control(f"level_{symbol}", f"{name} level", -60, -60, 12, unit("db"), direction="Output",
                      comment="Peak, before gain.")
    yield control("lookahead", "Look-ahead", 0, 1, 4, unit("s"), EXPENSIVE, "lv2:portProperty pprops:causesArtifacts",
                  'lv2:scalePoint [ rdfs:label "live" ; rdf:value 0 ]',
                  comment="How far the model hears past what it separates: latency for quality. At 0 the latency is one window.")
    yield control("history", "History", 4, 10, 30, unit("s"), EXPERT,
                  comment="How much of the past the model learns from.")
    yield choice("resolution", "Resolution", 2048 if drums else 8192,
                 [(2048, "2048"), (4096, "4096"), (8192, "8192")], EXPENSIVE, "lv2:portProperty pprops:causesArtifacts",
                 comment="Window of the analysis in samples at 44.1 kHz: short for drums and low latency, long for pitches.")
    yield integer("overlap", "Overlap", 2, 4 if drums else 8, 32, EXPERT, comment="Windows that cover a sample.")
    yield choice("model", "Model", 10 if drums else 2,
                 [(0, "NMF"), (1, "NMFD"), (2, "NAE"), (3, "CAE"), (4, "NAE-SGD"), (5, "NAE-Adam"), (6, "NAE-RMSprop"),
                  (7, "CAE-SGD"), (8, "CAE-Adam"), (9, "CAE-RMSprop"), (10, "WAE")], EXPERT,
                 comment="Factorisation or autoencoder, of single frames or convolutive. A stream takes NAE or CAE for those that are trained by gradients, and CAE for WAE.")
    yield control("divergence", "Divergence", -1, 1, 3, EXPERT,
                  'lv2:scalePoint [ rdfs:label "Itakura-Saito" ; rdf:value 0 ] , '
                  '[ rdfs:label "Kullback-Leibler" ; rdf:value 1 ] , [ rdfs:label "Euclidean" ; rdf:value 2 ]',
                  comment="What a whole recording reduces, on the command line; a stream always takes Kullback-Leibler.")
    yield integer("iterations", "Iterations", 0, 30, 200, EXPERT,
                  comment="For a whole recording; a stream, which starts from what it has learnt, does a share of them.")
    yield integer("encoder_iterations", "Encoder iterations", 0, 5 if drums else 30, 200, EXPERT,
                  comment="How many of them are the autoencoder's in a whole recording; in a stream of a NAE all are.")
    yield integer("refinements", "Refinements", 0, 0 if drums else 3, 50, EXPERT,
                  comment="Steps on the activations alone at the end.")
    yield control("wiener_exponent", "Mask exponent", 0.01, 2, 4, EXPERT,
                  comment="Higher separates more sharply and sounds rougher.")
    yield control("tolerance", "Tolerance", 0, 30, 1000, unit("ms"), EXPENSIVE,
                  comment="How early or late a note may be against the score.")
    yield integer("template_frames", "Template frames", 1, 16 if drums else 4, 64, EXPERT,
                  comment="Length of the templates of convolutive models.")
    yield choice("comb", "Comb", 0, [(0, "Lobes"), (1, "Bands")], EXPERT,
                 comment="How the partials of a template start out.")
    yield toggle("onset_templates", "Onset templates", 0 if drums else 1, EXPERT,
                 comment="A second template for the noise of a note's onset.")
    yield toggle("attack_templates", "Attack templates", 0 if drums else 1, EXPERT,
                 comment="Another template for a note's beginning.")
    yield control("cutoff", "Cutoff", 0, 0 if drums else 11000, 24000, unit("hz"), EXPERT,
                  'lv2:scalePoint [ rdfs:label "off" ; rdf:value 0 ]',
                  comment="Only below it the model is fitted; at least 1000.")
    yield control("release", "Release", 0, 0, 4, unit("s"), EXPENSIVE,
                  'lv2:scalePoint [ rdfs:label "automatic" ; rdf:value 0 ]',
                  comment="How long notes sound after they are damped.")
    yield toggle("adapt", "Adapt", 1, EXPENSIVE, comment="Off keeps the templates as they started.")
    yield choice("score_source", "Score source", 0,
                 [(0, "File"), (1, "MIDI input"), (2, "None")] if separate else [(0, "File"), (2, "None")],
                 comment="Where notes come from.")
    if separate:
        yield choice("sync", "Sync", 0, [(0, "Host transport"), (1, "Free-running")],
                     comment="What moves the score; free-running begins at activation.")
    yield control("score_offset", "Score offset", -3600, 0, 3600, unit("s"),
                  comment="How much later than the recording the score begins.")
    if not separate:
        yield integer("score_slot", "Score slot", 0, 0, 99,
                      'lv2:scalePoint [ rdfs:label "none" ; rdf:value 0 ]',
                      comment="The score whose file name begins with this number, in $XDG_DATA_HOME/divisi/scores.")


def group(uri, symbol, name, direction, source=None):
    lines = [f"a pg:{direction}Group , pg:StereoGroup", f"lv2:symbol {text(symbol)}", f"lv2:name {text(name)}",
             "pg:element [ lv2:index 0 ; lv2:designation pg:left ] , [ lv2:index 1 ; lv2:designation pg:right ]"]
    if source:
        lines.append(f"pg:source <{source}>")
    return f"\n<{uri}#{symbol}>\n  " + " ;\n  ".join(lines) + " .\n"


def plugin(file, name, parts, drums, separate, comment):
    uri = f"urn:divisi:{file}"
    stems = parts + [("residual", "Residual")]
    out = [PREFIXES.replace("@prefix rdfs:", "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n@prefix rdfs:")]
    out.append(group(uri, "in", "In", "Input"))
    for symbol, label in [("mix", "Mix")] + (stems if separate else []):
        out.append(group(uri, symbol, label, "Output", f"{uri}#in"))
    optional = ["lv2:hardRTCapable", "log:log", "state:freePath", "state:mapPath", "state:threadSafeRestore",
                "work:schedule"]
    if separate:
        optional.append("<http://harrisonconsoles.com/lv2/routing#connectAllOutputs>")
    else:
        optional.append("urid:map")
    lines = ["a lv2:Plugin , lv2:SpectralPlugin , doap:Project", f"doap:name {text(name)}", f"rdfs:comment {text(comment)}",
             "lv2:project <urn:divisi:project>",
             "doap:license <https://www.gnu.org/licenses/gpl-3.0.html>",
             "doap:maintainer <urn:divisi:developers>",
             f"lv2:minorVersion {MINOR}", f"lv2:microVersion {MICRO}"]
    if separate:
        lines.append("lv2:requiredFeature urid:map")
    lines += ["lv2:optionalFeature " + " , ".join(optional), "lv2:extensionData state:interface , work:interface",
              f"pg:mainInput <{uri}#in>", f"pg:mainOutput <{uri}#mix>"]
    if separate:
        lines.append("patch:writable <urn:divisi:a_score> , <urn:divisi:model_file>")
        lines.append("patch:readable <urn:divisi:message>")
    out.append(f"\n<{uri}>\n  " + " ;\n  ".join(lines) + " ;\n  lv2:port\n")
    blocks = []
    for index, port in enumerate(ports(uri, stems, drums, separate)):
        first, *rest = port
        blocks.append("    [ " + " ;\n      ".join([first, f"lv2:index {index}", *rest]) + " ]")
    out.append(" ,\n".join(blocks) + " .\n")
    return "".join(out)


def main():
    for file, *rest in PLUGINS:
        path, turtle = FOLDER / f"{file}.ttl", plugin(file, *rest)
        if "--check" not in sys.argv:
            path.write_text(turtle)
        elif path.read_text() != turtle:
            sys.exit(f"{path}: expected what {sys.argv[0]} writes")


main()
