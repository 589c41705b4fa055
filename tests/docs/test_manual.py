"""The manual calls every button as its page does."""

import re
from pathlib import Path

from tests.browser.shoot import IN_MANUAL
from wording.commands import COMMAND_LABELS

PICTURES_MAX, PICTURE_MAX = 1_500_000, 100_000
MANUAL = Path(__file__).parents[2] / "docs" / "zh" / "manual.md"


def test_every_button_the_manual_names_is_on_a_page() -> None:
    named = set(re.findall(r"“([^”…]+)…”", MANUAL.read_text("utf-8")))
    assert len(named) >= 15
    assert named <= {chinese for chinese, _ in COMMAND_LABELS.values()}


def test_every_picture_the_manual_shows_is_there_small_and_made_by_the_target() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\.webp\)", MANUAL.read_text("utf-8")))
    kept = {file.stem: file.stat().st_size for file in (MANUAL.parent / "pictures").iterdir()}
    assert len(shown) >= 12
    assert shown == set(kept) == set(IN_MANUAL)
    assert max(kept.values()) <= PICTURE_MAX
    assert sum(kept.values()) <= PICTURES_MAX
