"""What is installed is pinned: every distribution by its hash, and by name only."""

import re
from pathlib import Path

import pytest

LOCKS = sorted((Path(__file__).parents[2] / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_everything_is_pinned_by_hash_and_fetched_by_name(lock: Path) -> None:
    """No address and no registry's name stands in a lock: the ordinary clients know theirs."""
    text = lock.read_text("utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|@ ", text)
    wanted = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert len(wanted) > 5
    for one in wanted:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==", one), one[:60]
        assert "--hash=sha256:" in one, one[:60]
