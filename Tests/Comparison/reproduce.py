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

# What the papers print; None where they only give an order.
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


def table(title, rows):
    print(f"\n{title}\n")
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


def poster(options):
    pieces = sorted(glob.glob(f"{options.data}/piano-hands/*/mix.*"))[:2 if options.quick else None]
    record = compare(
        [*pieces, "--score", "{folder}/score.mid", "-p", "literature", "--iterations", "30",
         "--learning-rate", "0.04", "--models", ",".join(POSTER)], options)
    errors = {model: [trial["error"] for trial in record["trials"] if trial["model"] == model] for model in POSTER}
    rows = [("model", "mean error", "pieces on which it is where the poster has it")]
    for place, model in enumerate(POSTER):
        count = sum(sorted(POSTER, key=lambda name: errors[name][piece])[place] == model for piece in range(len(pieces)))
        rows.append((model, f"{mean(errors[model]):.2f}", f"{count} of {len(pieces)}"))
    table("Poster: NMF < RMSprop < multiplicative < Adam < SGD", rows)
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
    records = {
        "NMFD": compare([*common, "--models", "nmfd", "--cases", "1,2,3,4", "--iterations", "30"], options),
        "CAE": compare([*common, "--models", "cae-rmsprop", "--cases", "1,2,3,4", *training], options),
        "CAE, free encoder": compare(
            [*common, "--models", "cae-rmsprop", "--cases", "1,2,3", *training, "--free-encoder"], options),
    }

    def sdr(name, case):
        return mean(
            mean(part.get("sdr_decibels") for part in trial["scores"].values())
            for trial in records[name]["trials"] if trial["start_case"] == case)

    oracle = mean(
        mean(part.get("sdr_decibels") for part in item["oracle"].values()) for item in records["NMFD"]["items"])
    rows = [("case", *records)] + [("0", *[f"{oracle:.1f}"] * 3)] + [
        (case, *[f"{sdr(name, case):.1f}" for name in records]) for case in (1, 2, 3, 4)]
    table(f"Thesis, chapter 4: SDR in dB, {len(tracks)} tracks; case 4 in the order that fits best", rows)
    nmfd, cae = ({case: sdr(name, case) for case in (1, 2, 3, 4)} for name in ("NMFD", "CAE"))
    table("Orders", [
        ("the oracle is best", verdict(all(oracle > value for value in [*nmfd.values(), *cae.values()]))),
        ("case 1 is best of 1 to 4", verdict(all(model[1] >= max(model.values()) for model in (nmfd, cae)))),
        ("NMFD: case 2 over case 3", verdict(nmfd[2] > nmfd[3])),
        ("CAE: case 3 over case 2", verdict(cae[3] > cae[2])),
        ("NMFD over CAE in case 1", verdict(nmfd[1] > cae[1])),
        ("NMFD over CAE in case 2", verdict(nmfd[2] > cae[2])),
        ("NMFD over CAE in case 3", verdict(nmfd[3] > cae[3])),
        ("NMFD over CAE in case 4", verdict(nmfd[4] > cae[4])),
        ("non-negative encoder over a free one", verdict(
            all(cae[case] > sdr("CAE, free encoder", case) for case in (1, 2, 3)))),
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
            (name, published[name], "not there" if value is None else f"{value:.0f}") for name, value in found.items()])

    rmsprop = ["--model", "nae-rmsprop"]
    first = dict(zip(THESIS_C1, [
        loss("--model", "nmf"), loss(*rmsprop), loss(*rmsprop, "--free-encoder"),
        loss(*rmsprop, "--free-encoder", "--free-decoder")]))
    show("Thesis, C.1: KL after the last iteration", THESIS_C1, first)
    values = list(first.values())
    for (a, x), (b, y) in zip(list(first.items()), list(first.items())[1:]):
        print(f"  {a} below {b}: {verdict(x < y)}")

    def starts(model):
        random = ["--templates", "random"], ["--activations", "random"]
        return [loss(*model, *random[0], *random[1]), loss(*model, *random[1]), loss(*model, *random[0]), loss(*model)]

    second = dict(zip(THESIS_C2, starts(["--model", "nmf"])))
    show("Thesis, C.2: NMF, what is informed", THESIS_C2, second)
    values = list(second.values())
    print(f"  without informed activations below with: {verdict(max(values[:2]) < min(values[2:]))}")
    third = dict(zip(THESIS_C3, [*starts(rmsprop), loss(*rmsprop, "--activity", "10")]))
    show("Thesis, C.3: NAE, what is informed", THESIS_C3, third)
    values = list(third.values())
    print(f"  without dropout below with: {verdict(max(values[:2]) < min(values[2:]))}")
    print(f"  the regulariser costs more than dropout alone: {verdict(values[4] > values[3])}")
    print(f"  the regulariser alone, without dropout: {loss(*rmsprop, '--activity', '10', '--dropout', 'off'):.0f} (not in the thesis' table)")


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
