#!/usr/bin/env python3
"""Separates the recordings of a table on a cluster with Slurm.

    submit.py TABLE TASKS RESULTS_DIR [--rate R] [--divisi PROGRAM] [--sbatch OPTION]... -- -o STEMS [OPTIONS OF divisi separate]

One array of TASKS tasks, each with every TASKSth row, then a job that merges their results into RESULTS_DIR/all.jsonl.
The same command again goes on with what is missing.
"""
import argparse
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
# An installed folder stays as it was installed.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(here))
from estimate import estimate, parsed  # noqa: E402

# The program itself, besides what it needs for a recording.
BASE_MB = 200


def sbatch(*arguments):
    return subprocess.run(
        ["sbatch", "--parsable", *arguments], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.split(";")[0].strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("tasks", type=int)
    parser.add_argument("results")
    parser.add_argument("--sbatch", action="append", default=[])
    a = parsed(parser)
    os.makedirs(a.results, exist_ok=True)
    need = estimate(a.table, a.tasks, a.rate, a.divisi, a.options)
    # Slurm counts in minutes; the last one is that of the signal.
    minutes = max(need["seconds"]) // 60 + 2
    array = sbatch(
        f"--array=1-{a.tasks}", f"--time={minutes}", f"--mem={need['mem_mb'] + BASE_MB}M",
        f"--output={a.results}/%a.log",
        f"--export=ALL,TABLE={a.table},RESULTS={a.results},DIVISI={a.divisi}",
        *a.sbatch, os.path.join(here, "share.sbatch"), *a.options)
    shares = [f"{a.results}/{task}.jsonl" for task in range(1, a.tasks + 1)]
    merge = sbatch(
        f"--dependency=afterany:{array}", "--job-name=divisi-merge", "--time=30", "--mem=500M",
        f"--output={a.results}/merge.log", *a.sbatch,
        os.path.join(os.path.dirname(here), "merge.py"), str(need["rows"]), f"{a.results}/all.jsonl", *shares)
    print(f"array {array}, merge {merge}")


if __name__ == "__main__":
    main()
