"""What is stored for ever reads back for ever: every kind of fact has a golden file."""

import json
import re

import pytest

from tests.domain.golden import FOLDER, kinds, parsed, path_of, stored

HOW = "run `python -m tests.domain.golden` and commit the file it writes"
CHANGED = "a stored fact changed its shape: give it a new kind (.v2) and an upcaster"


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_of_fact_has_a_golden_file(kind: str) -> None:
    assert path_of(kind).exists(), HOW


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_golden_file_reads_back_and_is_written_the_same(kind: str) -> None:
    """The bytes are what was hashed: parsing and writing them again changes not one of them."""
    bytes_stored = path_of(kind).read_bytes()
    fact = parsed(kind, bytes_stored)
    assert type(fact) is kinds()[kind]
    assert stored(fact) == bytes_stored, CHANGED
    assert parsed(kind, stored(fact)) == fact


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_kind_is_a_past_tense_name_with_a_version(kind: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.v[1-9]", kind)


def test_no_golden_file_has_lost_its_kind() -> None:
    """A kind that was ever stored is never taken away."""
    assert {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")} <= set(kinds())


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_an_unknown_field_is_refused(kind: str) -> None:
    """A field that nobody knows is never forgotten silently."""
    told = json.loads(path_of(kind).read_bytes()) | {"surprise": 1}
    with pytest.raises(ValueError, match="surprise"):
        parsed(kind, json.dumps(told).encode())
