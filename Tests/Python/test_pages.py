"""The examples of the manual run as they are printed."""

import contextlib
import io
import os
import re
import unittest
import warnings
from pathlib import Path

from common import PIANO

DOCS = Path(__file__).resolve().parents[2] / "docs"


class PageTests(unittest.TestCase):
    def test_examples_run(self) -> None:
        blocks = re.findall(r"```python\n(.*?)```", (DOCS / "python.md").read_text(), re.S)
        self.assertGreater(len(blocks), 5)
        names: dict = {}
        before = os.getcwd()
        os.chdir(PIANO)
        try:
            with contextlib.redirect_stdout(io.StringIO()) as said, warnings.catch_warnings():
                warnings.simplefilter("error")
                for block in blocks:
                    exec(compile(block, "python.md", "exec"), names)
        finally:
            os.chdir(before)
        self.assertRegex(said.getvalue(), r"\n?1[0-9] dB\n")
        self.assertIn("notes: expected at least one note, found none", said.getvalue())
        self.assertEqual(names["fit"].W_E.shape[0], names["fit"].H.shape[0])


if __name__ == "__main__":
    unittest.main()
