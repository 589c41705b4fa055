"""The manual calls every button as its page does."""

import re
from pathlib import Path

from wording.commands import COMMAND_LABELS

MANUAL = Path(__file__).parents[2] / "docs" / "zh" / "manual.md"


def test_every_button_the_manual_names_is_on_a_page() -> None:
    named = set(re.findall(r"“([^”…]+)…”", MANUAL.read_text("utf-8")))
    assert len(named) >= 15
    assert named <= {chinese for chinese, _ in COMMAND_LABELS.values()}
