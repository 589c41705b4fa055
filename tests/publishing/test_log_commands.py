"""`jiedui log` and `jiedui witness`: what an operator and a witness's keeper type."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cli.context import Context
from cli.log_keeping import log
from cli.witnessing import witness
from tests.accounts import key_of, somebody
from tests.publishing.stage import Office
from transparency.keys import VerifierKey


class Desk:
    """Types commands into one home."""

    def __init__(self, home: Path) -> None:
        self.office = Office(home)
        desk = self.office.books.desk
        # The first registrar enters another, who has a key of their own and keeps the log.
        key = key_of(desk, somebody(desk, "REGISTRAR"), home)
        self.office.books.close()
        self.settings = self.office.settings.model_copy(update={"account_key": key})

    def work(self, entries: int) -> None:
        with Office(self.settings.home) as office:
            office.work(entries)

    def type(self, *words: str) -> Result:
        context = Context(self.settings)
        try:
            return CliRunner().invoke(log, list(words), obj=context)
        finally:
            context.close()

    def told(self, *words: str, status: int = 0) -> Any:
        result = self.type(*words, "--json")
        assert result.exit_code == status, (result.output, result.exception)
        # Lines before it are the log's, which goes to standard error in a real run.
        return json.loads(result.output.splitlines()[-1])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def typed(*words: str) -> Result:
    return CliRunner().invoke(witness, list(words))


def test_an_operator_and_a_witness_set_each_other_up(desk: Desk, tmp_path: Path) -> None:
    """The whole way: two folders, two keys, a policy, a cosigned checkpoint."""
    assert desk.told("publish") == {"signed": True, "size": 8, "published": 8, "cosigned": []}
    (log_key,) = desk.told("key", "show")["keys"]
    folder = str(tmp_path / "archives")
    made = json.loads(typed("init", folder, "--name", "archives.example.org", "--json").output)
    assert typed("init", folder, "--name", "archives.example.org").exit_code == 0
    assert typed("init", folder, "--name", "other.example.org").exit_code == 2
    assert typed("trust", folder, log_key).exit_code == 0

    process = subprocess.Popen(
        [sys.executable, "-m", "witness.main", "run", folder, "--address", "127.0.0.1:0"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        url = next(word for word in said.split() if word.startswith("http://"))
        policy = tmp_path / "policy"
        policy.write_text(f"witness archives {made['vkey']} {url}\nquorum archives\n")
        assert desk.told("policy", "adopt", str(policy))["witnesses"] == ["archives"]
        desk.work(5)
        done = desk.told("publish")
        assert (done["published"], done["cosigned"]) == (
            14,
            [f"archives.example.org+{VerifierKey.parse(made['vkey']).key_id:08x}"],
        )
        shown = json.loads(typed("show", folder, "--json").output)
        assert [each["size"] for each in shown["logs"]] == [14]
        status = desk.told("status")
        assert (status["entries"], status["signed"], status["published"]) == (14, 14, 14)
        assert status["witnesses"][0]["cosigned"] == 14

        rotated = desk.told("key", "rotate", "--reason", "年度更换")
        assert desk.told("key", "show")["keys"] == [log_key, rotated["key"]]
        desk.work(1)
        refused = desk.type("publish")
        assert refused.exit_code == 1
        assert "见证未满足规则" in refused.output
        assert desk.told("status", status=1)["witnesses"][0]["alarm"] == "REFUSED"
        assert typed("trust", folder, rotated["key"]).exit_code == 0
        assert typed("trust", folder, log_key, "--remove").exit_code == 0
        assert typed("trust", folder, log_key, "--remove").exit_code == 1
        assert desk.told("publish")["published"] is not None
        assert desk.told("status")["witnesses"][0]["alarm"] is None
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        process.stdout.close() if process.stdout else None


def test_what_cannot_be_tried_is_a_sentence_and_status_two(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("quorum nobody\n")
    for result in (
        desk.type("policy", "adopt", str(bad)),
        typed("show", str(tmp_path / "nowhere")),
        typed("run", str(tmp_path / "nowhere")),
        typed("trust", str(tmp_path / "nowhere"), "not a key"),
        typed("init", str(tmp_path / "w"), "--name", "two words"),
    ):
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output
        assert isinstance(result.exception, SystemExit)
    assert typed("init", str(tmp_path / "w"), "--name", "w.example.org").exit_code == 0
    assert typed("run", str(tmp_path / "w"), "--address", "nonsense").exit_code == 2
    assert desk.type("key", "show").exit_code == 1
    assert desk.type("key", "rotate", "--reason", "年度更换").exit_code == 1


def test_a_ledger_that_contradicts_what_was_signed_is_a_no(desk: Desk) -> None:
    from tests.publishing.stage import rewrite

    desk.work(5)
    assert desk.type("publish").exit_code == 0
    rewrite(desk.settings.home, "DELETE FROM entries WHERE position > 3")
    result = desk.type("publish")
    assert result.exit_code == 1
    assert "ledger-shorter" in result.output


def test_people_are_told_when_nobody_witnesses(desk: Desk) -> None:
    desk.work(1)
    desk.type("publish")
    result = desk.type("status")
    assert result.exit_code == 0
    assert "没有见证方" in result.output


@pytest.mark.parametrize("group", [log, witness])
def test_every_command_says_its_exit_status_and_speaks_chinese_first(group: click.Group) -> None:
    def every(command: click.Command) -> list[click.Command]:
        if isinstance(command, click.Group):
            return [leaf for each in command.commands.values() for leaf in every(each)]
        return [command]

    for command in every(group):
        assert command.help is not None
        assert "Exit status: 0" in command.help
        assert command.help[0] > "一"
        if command.name != "run":
            assert any("--json" in option.opts for option in command.params)
