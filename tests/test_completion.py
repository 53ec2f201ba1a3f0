"""Shell completion, as the README tells to set it up."""

from __future__ import annotations

import pytest

from searchkit.cli import COMMANDS
from tests.conftest import ROOT, Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_of_the_readme_has_a_script(run: Run, shell: str) -> None:
    asked = f"{shell}_source"
    assert f"_SEARCHKIT_COMPLETE={asked} searchkit" in (ROOT / "README.md").read_text("utf-8")
    assert "_SEARCHKIT_COMPLETE" in run(_SEARCHKIT_COMPLETE=asked).stdout


def completed(run: Run, words: str) -> list[str]:
    done = run(
        COMP_WORDS=words, COMP_CWORD=str(words.count(" ")), _SEARCHKIT_COMPLETE="bash_complete"
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_options_and_choices(run: Run) -> None:
    assert completed(run, "searchkit ") == sorted(COMMANDS)
    assert completed(run, "searchkit count --b") == ["--by"]
    assert completed(run, "searchkit count --by mo") == ["month"]
    assert "bibtex" in completed(run, "searchkit show --cite ")
