#!/usr/bin/env python3
"""Runs the experiments of three papers on the benchmark data, and prints what they found beside what Divisi finds.

    python3 Tests/Comparison/reproduce.py poster|thesis|slides [--divisi PATH] [--data FOLDER] [--talkers FOLDER] [--quick]

poster   Özer, Hansen, Zunner & Müller, EUSIPCO 2022: errors of five models on ten piano pieces.
thesis   Suárez Guarnizo 2020: chapter 4 (cases 0 to 4 on drums) and appendix C (losses of starts and models).
slides   Smaragdis & Venkataramani 2017: NMF and autoencoders of two depths and ranks on mixtures of two talkers.

Data differ from those of the papers, so orders are compared, not values. Each line ends with kept, reversed, or cannot be compared; nothing is set so that
an order holds. Needs a release build of divisi and, for slides, what talkers.py writes.
"""

import argparse
import glob
import json
import pathlib
import subprocess
import sys
import tempfile

# What the papers print. Of the poster, of chapter 4 and of the slides only orders and differences are compared: their recordings are others.
POSTER = ["nmf", "nae-rmsprop", "nae", "nae-adam", "nae-sgd"]
THESIS_C1 = {"NMF": 1040, "NAE, encoder and decoder non-negative": 1047, "NAE, decoder non-negative": 1074, "NAE": 1124}
THESIS_C2 = {"random": 1040.3, "templates": 1040.1, "activations": 1510.5, "both": 1510.1}
THESIS_C3 = {"random": 1074, "weights": 1074, "dropout": 1821, "both": 1822, "both and regulariser": 1852}


def run(arguments, options):
    """Runs divisi, and returns what it prints."""
    result = subprocess.run([options.divisi, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"divisi {' '.join(map(str, arguments))}:\n{result.stderr}")
    return result.stdout


def compare(arguments, options):
    """Runs divisi compare, and returns its record."""
    with tempfile.TemporaryDirectory() as folder:
        run(["compare", *arguments, "-o", f"{folder}/report"], options)
        return json.loads(pathlib.Path(f"{folder}/report/report.json").read_text())


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else float("nan")


def verdict(holds):
    return "cannot be compared" if holds is None else "kept" if holds else "reversed"


def signs(published, found):
    """Whether differences go the way that they do in the paper."""
    return all(value * other > 0 for value, other in zip(published, found))


def decibels(values):
    return ", ".join("-" if value != value else f"{value:+.1f}" for value in values)


def table(title, rows):
    print(f"\n{title}\n")
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


def poster(options):
    pieces = sorted(glob.glob(f"{options.data}/piano-hands/*/mix.*"))[:2 if options.quick else None]
    record = compare(
        [*pieces, "--score", "{folder}/score.mid", "-p", "literature", "--iterations", "30",
         "--learning-rate", "0.04", "--threads", "1", "--models", ",".join(POSTER)], options)
    errors = {model: [trial["error"] for trial in record["trials"] if trial["model"] == model] for model in POSTER}
    times = {model: mean(1000 * trial["seconds"][-1] / (len(trial["seconds"]) - 1) for trial in record["trials"] if trial["model"] == model) for model in POSTER}
    means = sorted(POSTER, key=lambda model: mean(errors[model]))
    rows = [("model", "place in the poster", "place here", "mean error", "has that place on", "ms per iteration")]
    for place, model in enumerate(POSTER):
        count = sum(sorted(POSTER, key=lambda name: errors[name][piece])[place] == model for piece in range(len(pieces)))
        rows.append((
            model, place + 1, means.index(model) + 1, f"{mean(errors[model]):.2f}", f"{count} of {len(pieces)}", f"{times[model]:.1f}"))
    table("Poster: approximation errors", rows)
    pairs = list(zip(POSTER, POSTER[1:]))
    table("Orders of the means", [
        *((f"{a} below {b}", verdict(mean(errors[a]) < mean(errors[b]))) for a, b in pairs),
        ("RMSprop is the fastest autoencoder", verdict(min(POSTER[1:], key=times.get) == "nae-rmsprop")),
        ("the errors themselves", verdict(None) + ": other recordings"),
    ])
    held = sum(
        all(errors[a][piece] < errors[b][piece] for a, b in zip(POSTER, POSTER[1:])) for piece in range(len(pieces)))
    print(f"\n  The whole order: kept on {held} of {len(pieces)}.")
    better = sum(errors["nae"][piece] < errors["nae-rmsprop"][piece] for piece in range(len(pieces)))
    print(f"  The multiplicative autoencoder is ahead of RMSprop on {better}: it has become better than in the paper.")


def cases(options):
    tracks = sorted(glob.glob(f"{options.data}/drums/*/MIX.flac"))[:2 if options.quick else None]
    common = [
        *tracks, "--score", "{folder}/score.mid", "--references", "{folder}", "-p", "drums",
        "--template-frames", "5", "--alpha", "1", "--envelopes", "flat"]
    iterations = "20" if options.quick else "150"
    training = ["--iterations", iterations, "--encoder-iterations", iterations]
    rmsprop = [*common, "--models", "cae-rmsprop", *training]
    records = {
        "NMFD": compare([*common, "--models", "nmfd", "--cases", "1,2,3,4", "--iterations", "30"], options),
        "CAE": compare([*rmsprop, "--cases", "1,2,3,4"], options),
        "CAE, free encoder": compare([*rmsprop, "--cases", "1,2,3,4", "--free-encoder"], options),
        "CAE, biases": compare([*rmsprop, "--cases", "1,2,3,4", "--biases"], options),
        "CAE, strokes of 0.1 s": compare([*rmsprop, "--cases", "1,3", "--decay", "0.1"], options),
    }

    def sdr(name, case):
        return mean(
            mean(part.get("sdr_decibels") for part in trial["scores"].values())
            for trial in records[name]["trials"] if trial["start_case"] == case)

    def gain(name, over, *cases):
        return [sdr(name, case) - sdr(over, case) for case in cases]

    oracle = mean(
        mean(part.get("sdr_decibels") for part in item["oracle"].values()) for item in records["NMFD"]["items"])
    found = {name: {case: sdr(name, case) for case in (1, 2, 3, 4)} for name in records}
    rows = [("case", *records)] + [("0", *[f"{oracle:.1f}"] * len(records))] + [
        (case, *["-" if found[name][case] != found[name][case] else f"{found[name][case]:.1f}" for name in records])
        for case in (1, 2, 3, 4)]
    table(f"Thesis, chapter 4: SDR in dB, {len(tracks)} tracks; case 4 in the order that fits best", rows)
    nmfd, cae = found["NMFD"], found["CAE"]
    lead = gain("NMFD", "CAE", 1, 2, 3, 4)
    encoder = gain("CAE", "CAE, free encoder", 1, 2, 3)
    biases = gain("CAE, biases", "CAE", 1, 2, 3, 4)
    short = gain("CAE, strokes of 0.1 s", "CAE", 1, 3)
    table("Orders", [
        ("", "published", "Divisi", ""),
        ("the oracle is best", "yes", "", verdict(all(oracle > value for value in [*nmfd.values(), *cae.values()]))),
        ("case 1 is best of 1 to 4", "yes", "", verdict(all(model[1] >= max(model.values()) for model in (nmfd, cae)))),
        ("NMFD: case 2 over case 3", "yes", decibels([nmfd[2] - nmfd[3]]), verdict(nmfd[2] > nmfd[3])),
        ("CAE: case 3 over case 2", "yes", decibels([cae[3] - cae[2]]), verdict(cae[3] > cae[2])),
        ("NMFD over CAE, cases 1 and 2", "1 to 4 dB", decibels(lead[:2]), verdict(min(lead[:2]) > 0)),
        ("NMFD over CAE, case 3", "1 to 4 dB", decibels(lead[2:3]), verdict(lead[2] > 0)),
        ("NMFD over CAE, case 4", "considerably", decibels(lead[3:]), verdict(lead[3] > 0)),
        ("non-negative encoder over a free one, cases 1 to 3", "+2, +0.5, +2", decibels(encoder), verdict(signs([2, 0.5, 2], encoder))),
        ("biases, cases 1 to 4", "+0.6, -0.2, +0.6, -0.2", decibels(biases), verdict(signs([0.6, -0.2, 0.6, -0.2], biases))),
        ("CAE: shorter strokes (0.1 s for 0.5 s), cases 1 and 3", "+2 to +3", decibels(short), verdict(min(short) > 0)),
        ("the values themselves", "", "", verdict(None) + ": other recordings"),
    ])


def losses(options):
    folder = f"{options.data}/real/funky"
    mix = glob.glob(f"{folder}/[mM][iI][xX].*")[0]
    iterations = "50" if options.quick else "1000"

    def loss(*arguments):
        with tempfile.TemporaryDirectory() as output:
            text = run(
                ["separate", mix, "--score", f"{folder}/score.mid", "-p", "drums", "--template-frames", "1",
                 "--divergence", "kl", "--iterations", iterations, "--encoder-iterations", iterations, "--json", "-o", output, *arguments], options)
        return json.loads(text.splitlines()[0])["loss_after"]

    def show(title, published, found):
        table(title, [("", "published", "Divisi")] + [
            (name, published[name], f"{value:.1f}") for name, value in found.items()])

    # C.1 has nothing informed, and C.3 starts from the third model of C.1: the values say so.
    rmsprop = ["--model", "nae-rmsprop"]
    blind = ["--templates", "random", "--activations", "random"]
    free = [*rmsprop, "--free-encoder"]
    first = dict(zip(THESIS_C1, [
        loss("--model", "nmf", *blind), loss(*rmsprop, *blind), loss(*free, *blind), loss(*free, "--free-decoder", *blind)]))
    show("Thesis, C.1: KL after the last iteration", THESIS_C1, first)
    for (a, x), (b, y) in zip(list(first.items()), list(first.items())[1:]):
        print(f"  {a} below {b}: {verdict(x < y)}")

    def starts(model):
        return [loss(*model, *blind), loss(*model, *blind[2:]), loss(*model, *blind[:2]), loss(*model)]

    def orders(values):
        print(f"  without informed activations below with: {verdict(max(values[:2]) < min(values[2:]))}")
        for place, name in ((0, "without"), (2, "with")):
            ratio = values[place + 1] / values[place]
            print(f"  templates make no difference (1 %) {name} them: {verdict(abs(ratio - 1) < 0.01)}")

    second = dict(zip(THESIS_C2, starts(["--model", "nmf"])))
    show("Thesis, C.2: NMF, what is informed", THESIS_C2, second)
    orders(list(second.values()))
    third = dict(zip(THESIS_C3, [*starts(free), loss(*free, "--activity", "10")]))
    show("Thesis, C.3: NAE, what is informed", THESIS_C3, third)
    values = list(third.values())
    orders(values)
    print(f"  the regulariser costs more than dropout alone: {verdict(values[4] > values[3])}")
    print(f"  the regulariser alone, without dropout: {loss(*free, '--activity', '10', '--dropout', 'off'):.0f} (not in the thesis' table)")


def slides(options):
    talkers = pathlib.Path(options.talkers)
    mixtures = sorted(talkers.glob("mixtures/*/mix.wav"))[:2 if options.quick else None]
    sources = sorted(path.name for path in (talkers / "train").iterdir())
    record = compare(
        [*mixtures, *[text for name in sources for text in ("--sources", f"{name}={talkers}/train/{name}/*.wav")],
         "--references", "{folder}", "--components", "20,100", "--layers", "2,4", "--models", "nmf,nae-adam", "--stoi"],
        options)
    found = {(trial["model"], trial["components"], trial.get("layers")): trial["mean"] for trial in record["trials"]}
    keys = {"SDR": "sdr_decibels", "SIR": "sir_decibels", "SAR": "sar_decibels", "STOI": "stoi"}
    table(f"Slides: {len(mixtures)} mixtures of two talkers", [("model", "R", "L", *keys)] + [
        (model, units, layers or "-", *[f"{means.get(key, float('nan')):.{3 if key == 'stoi' else 2}f}" for key in keys.values()])
        for (model, units, layers), means in found.items()])
    sdr = {key: means["sdr_decibels"] for key, means in found.items()}
    rows = []
    for units in (20, 100):
        for layers in (2, 4):
            difference = sdr["nae-adam", units, layers] - sdr["nmf", units, None]
            rows.append((f"NAE of {layers} layers at least level with NMF (0.5 dB), R = {units}", verdict(difference >= -0.5), f"{difference:+.2f} dB"))
    gains = [sdr["nae-adam", units, 4] - sdr["nae-adam", units, 2] for units in (20, 100)]
    rows.append(("depth gains more at the higher rank", verdict(gains[1] > gains[0]), f"{gains[0]:+.2f} and {gains[1]:+.2f} dB"))
    rows.append(("the values themselves", verdict(None), "other talkers"))
    table("Orders", rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paper", choices=["poster", "thesis", "slides"])
    parser.add_argument("--divisi", default=".build/release/divisi")
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--talkers", default="build/comparison/talkers")
    parser.add_argument("--quick", action="store_true", help="two recordings and few iterations: whether it runs")
    options = parser.parse_args()
    if options.paper == "poster":
        poster(options)
    elif options.paper == "slides":
        slides(options)
    else:
        cases(options)
        losses(options)


if __name__ == "__main__":
    main()
