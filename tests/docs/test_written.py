"""What people wrote: every link leads somewhere, every command line is one the program knows."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import click
import pytest
from click.exceptions import UsageError

from cli.main import jiedui
from witness.main import witness

ROOT = Path(__file__).parents[2]
PAGES = [
    Path(name)
    for name in run(
        ("git", "ls-files", "*.md", "*.sh"),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
]
MADE = {"docs/cli.md"}
"""A table of the program's own words, made from them."""

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^\s*```.*?^\s*```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [one for one in PAGES if one.suffix == ".md"], ids=str)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    for target in LINK.findall((ROOT / page).read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, heading = target.partition("#")
        found = (ROOT / page).parent / file if file else ROOT / page
        assert found.exists(), target
        if heading:
            assert heading in _anchors(found), target


def _anchors(page: Path) -> set[str]:
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("#")]
    titles = [line.lstrip("#").strip().lower() for line in lines]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def command_lines(page: Path) -> Iterator[tuple[str, bool]]:
    """Give each line of *page* that calls a program of ours, and whether it is to be typed whole.

    A name in running text may stand without what it asks for; a line of a block may not.
    """
    text = (ROOT / page).read_text("utf-8").replace("\\\n", " ")
    blocks = [text] if page.suffix == ".sh" else FENCE.findall(text)
    for block in blocks:
        for line in block.splitlines():
            told = re.match(r"\s*(?:[A-Z_]+=\S+ )*(?:\S*/)?(jiedui(?:-witness)? .*)", line)
            if told:
                yield told[1], True
    for told in re.findall(
        r"`(?:[A-Z_]+=\S+ )*(?:\S*/)?(jiedui(?:-witness)? [^`]+)`", FENCE.sub("", text)
    ):
        yield " ".join(told.split()), False


def understood(line: str, *, whole: bool) -> None:
    """Have *line* taken apart as the program would; raise `UsageError` where it could not be."""
    line = re.split(r"\s#|[|;]|\$\(", line)[0]
    program, *words = shlex.split(line)
    vague = "…" in words
    command: click.Command = jiedui if program == "jiedui" else witness
    context = click.Context(command, info_name=program)
    if words[:1] == ["--key"]:
        words = words[2:]
    while isinstance(command, click.Group) and words and words[0][0] not in "-…":
        below = command.get_command(context, words[0])
        if below is None:
            raise UsageError(f"there is no {words[0]} in {context.info_name}")
        command, context = below, click.Context(below, info_name=words[0], parent=context)
        words = words[1:]
    if not whole and words and words[-1].startswith("--"):
        words = [*words, "…"]  # what it is to be is left open
    given, rest, _ = command.make_parser(context).parse_args(list(words))
    if {*rest} - {"…"}:
        raise UsageError(f"nobody asked for {rest}")
    if whole and not vague:
        missing = [one.name for one in command.params if one.required and not _given(one, given)]
        if missing or isinstance(command, click.Group):
            raise UsageError(f"{missing or 'the command'} is missing")


def _given(parameter: click.Parameter, given: dict[str, Any]) -> bool:
    value = given.get(str(parameter.name))
    return value is not None and value != () and "UNSET" not in repr(value)


@pytest.mark.parametrize("page", [one for one in PAGES if str(one) not in MADE], ids=str)
def test_every_command_line_of_a_page_is_one_the_program_knows(page: Path) -> None:
    for line, whole in command_lines(page):
        try:
            understood(line, whole=whole)
        except UsageError as error:
            pytest.fail(f"{line}: {error.format_message()}")


@pytest.mark.parametrize(
    "line",
    [
        "jiedui task triage",
        "jiedui task triage CASE --urgency 一般 --duty-klass 配合履职",
        "jiedui account withdraw PERSON",
        "jiedui figures show",
        "jiedui doctor now",
    ],
)
def test_a_line_the_program_does_not_know_is_found_out(line: str) -> None:
    with pytest.raises(UsageError):
        understood(line, whole=True)


def test_what_is_deployed_is_this_version() -> None:
    version = re.search(
        r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    assert version
    files = [
        *(ROOT / "deploy").rglob("*.yaml"),
        ROOT / "deploy/README.md",
        ROOT / "deploy/Dockerfile",
    ]
    named = {tag for file in files for tag in re.findall(r"jiedui:(\d[\d.]*\d)", file.read_text())}
    assert named == {version[1]}
