"""Every refusal names a published rule and explains it in both languages."""

import re
from pathlib import Path

import pytest

import domain.pairing
import domain.registry
from domain.pairing.refusal_rules import REFUSAL_RULES as PAIRING_RULES
from domain.registry.refusal_rules import REFUSAL_RULES as REGISTRY_RULES

ROOMS = {
    "pairing": (domain.pairing, PAIRING_RULES),
    "registry": (domain.registry, REGISTRY_RULES),
}


@pytest.mark.parametrize("room", ROOMS)
def test_every_published_rule_is_used_and_tested(room: str) -> None:
    """A rule nobody can meet is a promise nobody keeps."""
    package, rules = ROOMS[room]
    source = "".join(path.read_text("utf-8") for path in Path(package.__path__[0]).glob("*.py"))
    tests = Path(__file__).parent.parent / room
    claims = "".join(path.read_text("utf-8") for path in tests.glob("test_*.py"))
    used = set(re.findall(r"refused\(\s*\"([a-z-]+)\"", source))
    assert used == set(rules)
    assert {rule for rule in rules if f'"{rule}"' not in claims} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_rules_speak_both_languages_with_the_same_places(room: str) -> None:
    _, rules = ROOMS[room]
    for code, (chinese, english) in rules.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert re.search(r"[一-鿿]", chinese)
        assert not re.search(r"[一-鿿]", english)
        assert set(re.findall(r"{(\w+)}", chinese)) == set(re.findall(r"{(\w+)}", english))
