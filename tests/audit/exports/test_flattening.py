"""A fact becomes codes, numbers and instants; whom it names becomes relations."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from audit.exports.flattening import (
    STREAM_QUALIFIERS,
    UNIT_FIELDS,
    attributes_of,
    event_type,
    references_of,
)
from audit.exports.pseudonyms import Pseudonyms
from domain.casebook import CASES
from domain.values import UNIT_CODE, holds_personal_number
from tests.projections.book import LogInMemory

UNIT = f"^{UNIT_CODE}$"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def fields_with(pattern: str, model: type[BaseModel]) -> Iterator[str]:
    """Yield the names of the fields, however deep, whose text has *pattern*."""
    for name, field in model.model_fields.items():
        if repr(pattern) in f"{field.annotation!r} {field.metadata!r}":
            yield name
        for inner in models_in(field.annotation):
            yield from fields_with(pattern, inner)


def test_every_field_that_names_a_unit_has_its_qualifier() -> None:
    """A unit's own `code` is its object; a new field of a new fact must be added to the table."""
    facts = [model for kind in CASES.values() for model in models_in(kind.facts._type)]
    assert len(facts) > 100
    named = {name for model in facts for name in fields_with(UNIT, model)}
    assert {"main", "unit", "center", "assist", "departments"} <= named
    assert named - {"code"} <= set(UNIT_FIELDS)


@pytest.fixture(scope="module")
def log() -> LogInMemory:
    from tests.projections.walks import pairing_walk, task_walk

    return LogInMemory([task_walk(seed) for seed in range(12)] + [pairing_walk(1)])


LISTS = ("departments", "categories", "items", "terms", "suggested_units")


def test_no_text_of_anybody_becomes_an_attribute(log: LogInMemory) -> None:
    """Only labels of our own speak Chinese; a text a person wrote stays in the ledger."""
    pseudonyms = Pseudonyms(b"key")
    seen = 0
    for entry in log.entries:
        for name, value in attributes_of(entry, pseudonyms).items():
            assert isinstance(value, str | int | datetime)
            if isinstance(value, str) and not name.endswith("_zh"):
                assert value.isascii()
                assert " " not in value or name in LISTS
                assert "subject/" not in value
                if "/" not in value and "@" not in value:
                    assert name == "package_hash" or not holds_personal_number(value)
                seen += 1
    assert seen > 1000


def test_a_sealed_text_is_only_said_to_be_sealed(log: LogInMemory) -> None:
    (first, *_) = [entry for entry in log.entries if entry.kind == "task_registered.v1"]
    told = attributes_of(first, Pseudonyms(b"key"))
    assert told["text"] == "sealed"
    assert not any(first.fact["text"][part] in str(told) for part in ("item", "digest"))
    assert told["triage_by"] == datetime.fromisoformat(first.fact["triage_by"]["due"])
    assert told["triage_by_limit"] == first.fact["triage_by"]["limit"]


def test_a_relation_is_told_once_for_each_thing_it_is(log: LogInMemory) -> None:
    for entry in log.entries:
        found = references_of(entry, Pseudonyms(b"key"))
        assert len(found) == len(set(found))
        assert all(one.qualifier.isidentifier() for one in found)
        assert not any(one.object.startswith("subject/") for one in found)
    assert STREAM_QUALIFIERS["master"] == "master_task"


def test_a_later_version_of_a_fact_is_the_same_activity() -> None:
    assert event_type("task_dispatched.v1") == event_type("task_dispatched.v2")
