#!/usr/bin/env python3
"""The workflows of this project, in the engines that they are for, while their tasks are killed at random.

    test.py DIVISI FOLDER [slurm|snakemake]...

Sixty recordings are separated in one run that nobody disturbs, and then by each engine, in shares whose processes are killed by a signal that no
program can handle. Stems and results must be the same, byte for byte, and nothing else may be left.
"""
import array
import json
import math
import os
import random
import shutil
import subprocess
import sys
import time
import wave

here = os.path.dirname(os.path.abspath(__file__))
workflows = os.path.join(here, "..", "..", "workflows")
sys.path.insert(0, here)
from cluster import Cluster  # noqa: E402

RECORDINGS, TASKS, KILLS, RATE = 60, 6, 12, 8000
OPTIONS = ["-p", "hands", "--iterations", "150", "--format", "wav16", "--align", "off", "--partial"]


def make_set(folder):
    """Two hands that play two notes each, at pitches of their own in each recording."""
    os.makedirs(f"{folder}/set")
    with open(f"{folder}/set/table.tsv", "w") as table:
        table.write("recording\tscore\n")
        for number in range(RECORDINGS):
            notes = [(0.1, 48 + number % 12), (0.2, 72 + number // 12), (0.8, 50 + number % 7), (0.9, 74 + number % 5)]
            samples = array.array("h", bytes(2 * 3 * RATE))
            for start, pitch in notes:
                step = 2 * math.pi * 440 * 2 ** ((pitch - 69) / 12) / RATE
                for i in range(RATE):
                    at = int(start * RATE) + i
                    samples[at] += int(3000 * math.exp(-4 * i / RATE) * sum(math.sin(k * step * i) / k for k in (1, 2, 3)))
            with wave.open(f"{folder}/set/{number:02}.wav", "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
            with open(f"{folder}/set/{number:02}.csv", "w") as score:
                score.write("start;duration;pitch;velocity;label\n")
                for index, (start, pitch) in enumerate(notes):
                    score.write(f"{start};0.5;{pitch};80;{'right' if index % 2 else 'left'}\n")
            table.write(f"{number:02}.wav\t{number:02}.csv\n")


def stems(folder):
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            if not name.endswith("manifest.json"):
                with open(f"{path}/{name}", "rb") as file:
                    found[os.path.relpath(f"{path}/{name}", folder)] = file.read()
    return found


def records(path):
    """The lines of results, without what the clock and the output folder say."""
    found = []
    with open(path) as lines:
        for line in lines:
            record = json.loads(line)
            for name in ("seconds", "real_time_factor", "manifest"):
                del record[name]
            for part in record["parts"]:
                part["file"] = part["file"].split("/", 1)[1]
            found.append(json.dumps(record, sort_keys=True))
    return found


def children_at_work(divisi):
    """The processes of this test's program that separate."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                arguments = file.read().split(b"\0")
        except OSError:
            continue
        if arguments[:2] == [divisi.encode(), b"separate"] and b"--shard" in arguments:
            found.append(int(pid))
    return found


def script(pid):
    """The script of Slurm's that has started a process; the process itself where it has lost that."""
    with open(f"/proc/{pid}/stat") as file:
        parent = file.read().rpartition(")")[2].split()[1]
    with open(f"/proc/{parent}/cmdline", "rb") as file:
        return int(parent) if b"/slurm_script" in file.read() else pid


def kill_some(divisi, rounds, is_over, kills_scripts=False):
    """Kills processes that separate, or some of the scripts that have started them."""
    killed = 0
    while killed < rounds and not is_over():
        time.sleep(random.uniform(0.05, 0.4))
        at_work = children_at_work(divisi)
        if at_work:
            try:
                victim = random.choice(at_work)
                os.kill(script(victim) if kills_scripts and random.random() < 0.25 else victim, 9)
                killed += 1
            except (FileNotFoundError, ProcessLookupError):
                pass
    return killed


def check(name, folder, serial):
    out, results = f"{name}-stems", f"{name}-results/all.jsonl"
    assert stems(out) == serial[0], f"{name}: stems differ, or something else is left"
    found = records(results)
    assert len(found) == RECORDINGS and sorted(found) == sorted(serial[1]), f"{name}: results differ"


def run_slurm(divisi, folder):
    with Cluster(f"{folder}/cluster") as cluster:
        command = [
            sys.executable, f"{workflows}/slurm/submit.py", "set/table.tsv", str(TASKS), "slurm-results",
            "--divisi", divisi, "--", "-o", "slurm-stems", *OPTIONS]
        killed = 0
        for attempt in range(8):
            cluster.run(*command)
            killed += kill_some(divisi, KILLS if attempt == 0 else 0, lambda: not cluster.jobs(), kills_scripts=True)
            end = time.monotonic() + 600
            while cluster.jobs():
                assert time.monotonic() < end, f"slurm: jobs do not end: {cluster.jobs()}"
                time.sleep(0.2)
            with open("slurm-results/merge.log") as log:
                last = log.read().strip().split("\n")[-1]
            if last.endswith(f"{RECORDINGS} recordings, 0 failed, 0 not yet separated"):
                return killed
        raise SystemExit(f"slurm: not done: {last}")


def run_snakemake(divisi, folder):
    command = [
        "snakemake", "-s", f"{workflows}/snakemake/Snakefile", "--cores", "2", "--rerun-incomplete", "--config",
        "table=set/table.tsv", f"tasks={TASKS}", "results=snakemake-results", f"divisi={divisi}",
        f"options=-o snakemake-stems {' '.join(OPTIONS)}"]
    killed = 0
    for attempt in range(8):
        with open("snakemake.log", "a") as log:
            engine = subprocess.Popen(command, stdout=log, stderr=log)
            killed += kill_some(divisi, KILLS if attempt == 0 else 0, lambda: engine.poll() is not None)
            if engine.wait(600) == 0:
                return killed
    raise SystemExit("snakemake: not done; see snakemake.log")


def main():
    divisi, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    engines = sys.argv[3:] or ["slurm", "snakemake"]
    random.seed(7)
    shutil.rmtree(folder, ignore_errors=True)
    make_set(folder)
    os.chdir(folder)
    subprocess.run(
        [divisi, "separate", "--list", "set/table.tsv", "-o", "serial", "--results", "serial.jsonl", *OPTIONS],
        check=True, stdout=subprocess.DEVNULL)
    serial = stems("serial"), records("serial.jsonl")
    assert len(serial[0]) == 2 * RECORDINGS and len(serial[1]) == RECORDINGS
    for engine in engines:
        start = time.monotonic()
        killed = {"slurm": run_slurm, "snakemake": run_snakemake}[engine](divisi, folder)
        assert killed > 0, f"{engine}: nothing was killed"
        check(engine, folder, serial)
        print(f"{engine}: {RECORDINGS} recordings, {killed} kills, the same as without, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
