#!/usr/bin/env python3
"""One file of results from those of all shares, in the order of their rows.

    merge.py ROWS MERGED SHARE.jsonl...

The shares come in their order. The merged file appears whole or not at all. Exit code 1, and a line for each, where
recordings failed, or where shares have not come to their end.
"""
import json
import os
import sys


def main(rows, merged, shares):
    temporary = f"{merged}.{os.getpid()}"
    seen, failed = set(), 0
    try:
        with open(temporary, "w", encoding="utf-8") as out:
            for share in shares:
                if not os.path.exists(share):
                    continue
                with open(share, encoding="utf-8") as lines:
                    for line in lines:
                        if not line.endswith("\n"):
                            continue  # a share that is still being written
                        record = json.loads(line)
                        key = record.get("manifest", record["input"])
                        if key in seen:
                            sys.exit(f"merge: {key} is in two shares; expected the shares of one table")
                        seen.add(key)
                        if "error" in record:
                            failed += 1
                            print(f"merge: {record['input']}: {record['error']}", file=sys.stderr)
                        out.write(line)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, merged)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
    missing = rows - len(seen)
    print(f"merge: {len(seen) - failed} recordings, {failed} failed, {missing} not yet separated", file=sys.stderr)
    return 1 if failed or missing else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
