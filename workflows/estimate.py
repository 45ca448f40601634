#!/usr/bin/env python3
"""What the shares of a table need: memory of the largest recording, and processor seconds of each share.

    estimate.py TABLE TASKS [--rate R] [--divisi PROGRAM] -- [OPTIONS OF divisi separate]

prints JSON: {"mem_mb": 300, "seconds": [812, 790, ...], "rows": 100000}. The rate is processor seconds per second of
recording; docs/catalogues.md has those of the presets.
"""
import argparse
import json
import math
import subprocess
import sys

# A share may meet a slower processor and a busier disk than the rate was measured with.
MARGIN = 4
LEAST_SECONDS = 120


def estimate(table, tasks, rate, divisi, options):
    command = [divisi, "separate", "--list", table, "--estimate", *options]
    seconds = [0.0] * tasks
    memory = rows = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        # As many lines as rows, so that a line's number tells whose share it is.
        for line in process.stdout:
            record = json.loads(line)
            seconds[rows % tasks] += record.get("duration", 0)
            memory = max(memory, record.get("memory_bytes", 0))
            rows += 1
    # A recording that cannot be read costs nothing, and is said when it is its turn.
    if process.returncode not in (0, 1):
        sys.exit(process.returncode)
    return {
        "mem_mb": math.ceil(memory / 1e6),
        "seconds": [max(LEAST_SECONDS, math.ceil(MARGIN * rate * s)) for s in seconds],
        "rows": rows,
    }


def parsed(parser):
    """The arguments, and in `options` those behind `--`."""
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--divisi", default="divisi")
    typed = sys.argv[1:]
    end = typed.index("--") if "--" in typed else len(typed)
    arguments = parser.parse_args(typed[:end])
    arguments.options = typed[end + 1:]
    return arguments


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("tasks", type=int)
    a = parsed(parser)
    print(json.dumps(estimate(a.table, a.tasks, a.rate, a.divisi, a.options)))
