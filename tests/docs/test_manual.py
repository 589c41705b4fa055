"""The manual calls everything as its page does, and leaves no page out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from console.seeing import SECTIONS
from tests.browser.shoot import IN_MANUAL
from wording.commands import COMMAND_LABELS

PICTURES_MAX, PICTURE_MAX = 1_500_000, 100_000
ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "zh" / "manual.md"
TEXT = MANUAL.read_text("utf-8")
WORDS_STAND_IN = ("console", "wording", "services")


def words_of_pages() -> Iterator[str]:
    """Give every text that a page could show whole: of templates, and of the code behind them."""
    for file in (ROOT / "console" / "templates").glob("*.html"):
        yield from re.findall(r'"([^"]*)"', file.read_text("utf-8"))
    for folder in WORDS_STAND_IN:
        for file in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_form_the_manual_names_is_a_command() -> None:
    named = set(re.findall(r"“([^”…]+)…”", TEXT))
    assert len(named) >= 50
    assert named - {chinese for chinese, _ in COMMAND_LABELS.values()} == {"改发评价链接"}


def test_everything_the_manual_quotes_stands_on_a_page() -> None:
    quoted = {one.removesuffix("…") for one in re.findall(r"“([^”]+)”", TEXT)}
    assert len(quoted) >= 120
    there = {one.strip(" …：|") for one in words_of_pages()}
    assert quoted - there == set()


def test_every_page_of_the_menu_is_told_of() -> None:
    told = {*re.findall(r"\*\*([^*]+)\*\*", TEXT), *re.findall(r"“([^”]+)”", TEXT)}
    assert {chinese for _, (chinese, _), _ in SECTIONS} - told == set()


def test_every_picture_the_manual_shows_is_there_small_and_made_by_the_target() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\.webp\)", TEXT))
    kept = {file.stem: file.stat().st_size for file in (MANUAL.parent / "pictures").iterdir()}
    assert len(shown) >= 20
    assert shown == set(kept) == set(IN_MANUAL)
    assert max(kept.values()) <= PICTURE_MAX
    assert sum(kept.values()) <= PICTURES_MAX
