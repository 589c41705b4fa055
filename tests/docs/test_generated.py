"""Generated pages tell of the code as it is."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.helping import HELP_FILE
from docs.generate import FOLDER, kind_of, models, pages
from domain.casebook import CASES
from domain.pairing.facts import PairingFact
from domain.registry.facts import RegistryFact
from domain.task.facts import TaskFact, TaskState

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    """When this fails, run `python -m docs.generate` and read what changed."""
    assert (FOLDER / name).read_text("utf-8") == PAGES[name]


def test_every_help_is_what_the_command_would_say() -> None:
    """When this fails, run `python -m docs.generate`.

    Asked in a process of its own: click keeps an option of help as it was first asked for, and
    other tests ask for parts of the command otherwise.
    """
    program = (
        "import sys; from docs.generate import helps; sys.stdout.buffer.write(helps().encode())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert json.loads(told.stdout) == json.loads(HELP_FILE.read_bytes())


def test_every_fact_and_command_has_its_entry() -> None:
    for model in models(TaskFact, PairingFact, RegistryFact):
        assert f"### `{kind_of(model)}`" in PAGES["facts.md"]
    for case in CASES.values():
        for command in case.who_may:
            assert f"### `{command}`" in PAGES["commands.md"]


def test_the_lifecycle_leads_from_every_state_and_into_every_state() -> None:
    """A state nothing leads to, or that nothing leaves, would be a gap in the probing."""
    text = PAGES["lifecycle.md"].partition("## Pairing")[0]
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    moves = [row for row in rows if len(row) == 5]
    left = {row[0].strip("| `") for row in moves}
    reached = {row[4].strip("| `") for row in moves} | left
    assert {state.value for state in TaskState} - {"ARCHIVED"} <= left
    assert {state.value for state in TaskState} <= reached


def test_every_task_command_was_seen_to_be_heard_somewhere() -> None:
    """Errands of the system aside, which need other cases."""
    silent = {
        "attach_duplicate",
        "name_provider",
        "take_over_service",
        "take_over_task",
        "recompute_deadlines",
        "ring_clock",
    }
    text = PAGES["commands.md"].partition("## Pairing")[0]
    for command in set(CASES["task"].who_may) - silent:
        section = text.partition(f"### `{command}`\n")[2].partition("### `")[0]
        assert "\nIn: `" in section, command


def test_the_three_verifiers_and_the_guide_share_the_words_of_a_verdict() -> None:
    root = Path(__file__).parents[2]
    guide = (root / "docs" / "auditing.md").read_text("utf-8")
    programs = {
        name: (root / name).read_text("utf-8")
        for name in (
            "cli/auditing/verifying.py",
            "audit/offline/jiedui_verify.py",
            "audit/offline/jiedui_verify.mjs",
        )
    }
    for chinese, word in (("完好", "intact"), ("不完好", "not-intact")):
        assert f"{chinese} `{word}`" in guide
        for name, text in programs.items():
            assert f'"{word}"' in text, (name, word)
            assert chinese in text, (name, chinese)


def test_every_row_of_trust_names_a_test_that_plays_it() -> None:
    """A promise without its test is a hope: each "shown by" names tests that there are."""
    root = Path(__file__).parents[2]
    there = {
        name
        for file in (root / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))
    }
    text = (root / "docs" / "trust.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| **")]
    assert len(rows) >= 20
    for row in rows:
        named = set(re.findall(r"`(test_\w+)`", row.split(" | ")[3]))
        assert named, row[:60]
        assert named <= there, named - there
