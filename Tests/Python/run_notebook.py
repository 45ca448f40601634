"""Runs notebooks from top to bottom, in the folder that they are in: run_notebook.py NOTEBOOK ..."""

import sys
from pathlib import Path

import nbclient
import nbformat

for path in map(Path, sys.argv[1:]):
    notebook = nbformat.read(path, 4)
    assert not any(cell.get("outputs") for cell in notebook.cells), f"{path}: expected no outputs"
    nbclient.NotebookClient(notebook, timeout=1200, resources={"metadata": {"path": path.parent}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert "image/png" in kinds, kinds
    print(f"{path.name}: {len(notebook.cells)} cells")
    print(
        "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout"), end=""
    )
