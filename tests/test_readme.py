"""The README's first screen is what the commands print."""

from __future__ import annotations

import re
import shlex

from tests.conftest import ROOT, Run


def test_the_first_example_is_true(run: Run) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    console = re.search(r"```console\n(.*?)```", readme, re.DOTALL)
    assert console is not None
    examples = re.split(r"^\$ searchkit ", console[1], flags=re.MULTILINE)[1:]
    assert len(examples) == 2
    for example in examples:
        line, _, printed = example.partition("\n")
        arguments: list[object] = []
        for word in shlex.split(line):
            matching = sorted(ROOT.glob(word)) if "*" in word else [word]
            arguments += matching
        done = run(*arguments)
        assert (done.returncode, done.stdout + done.stderr) == (0, printed)
