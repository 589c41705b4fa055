"""Every clear field of every command and fact is looked at, found by its model, not by a list."""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.casebook import CASES
from domain.gate import clear_values, in_our_time, plainly_written, strange_characters
from domain.models import models_of
from domain.refusals import CommandRefused
from domain.sealed import Sealed

MODELS = {
    model
    for case in CASES.values()
    for adapter in (case.commands, case.facts)
    for model in models_of(adapter).values()
}
MOBILE, IDENTITY = "13800138000", "440106198001011234"


def places(annotation: Any, told: Any) -> Iterator[Any]:
    """Yield a value of *annotation* for every clear text in it, *told* standing in that place."""
    match get_origin(annotation) or annotation:
        case origin if origin is Annotated:
            yield from places(get_args(annotation)[0], told)
        case origin if origin is Union or isinstance(annotation, type(int | None)):
            for part in get_args(annotation):
                yield from places(part, told)
        case origin if origin in (tuple, list, frozenset):
            parts = [part for part in get_args(annotation) if part is not Ellipsis]
            for part in parts:
                yield from (origin((value,)) for value in places(part, told))
        case origin if origin is dict:
            _, inner = get_args(annotation)
            yield from ({"key": value} for value in places(inner, told))
        case kind if isinstance(kind, type) and issubclass(kind, Sealed | Enum):
            return
        case kind if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from told_in(kind, told)
        case kind if kind is str:
            yield told


def told_in(model: type[BaseModel], told: str) -> Iterator[BaseModel]:
    """Yield one value of *model* for each clear text it may hold, at any depth."""
    for name, field in model.model_fields.items():
        for value in places(field.annotation, told):
            yield model.model_construct(**{name: value})


@pytest.mark.parametrize("model", sorted(MODELS, key=lambda model: model.__name__))
@pytest.mark.parametrize(
    "told", [MOBILE, IDENTITY, "电话１３８００１３８０００", "+86 138-0013-8000"]
)
def test_no_clear_field_takes_a_personal_number(model: type[BaseModel], told: str) -> None:
    for value in told_in(model, told):
        with pytest.raises(CommandRefused) as refusal:
            plainly_written(value)
        assert refusal.value.rule == "no-personal-data"
        assert MOBILE not in str(refusal.value)


@pytest.mark.parametrize("model", sorted(MODELS, key=lambda model: model.__name__))
def test_no_clear_field_takes_characters_that_deceive(model: type[BaseModel]) -> None:
    for told in ("天河\u200b区", "民政局\u202e", "а" + "bc", "街道\ue5e5", "⼈社局", "a\x00b"):
        for value in told_in(model, told):
            with pytest.raises(CommandRefused) as refusal:
                plainly_written(value)
            assert refusal.value.rule == "plain-characters"


def test_the_walk_meets_the_fields_it_is_meant_for() -> None:
    """A control: without places to look at, the claims above would claim nothing."""
    with_texts = [model for model in MODELS if any(True for _ in told_in(model, MOBILE))]
    assert len(with_texts) > 60
    names = {
        field
        for model in with_texts
        for value in told_in(model, MOBILE)
        for field, _ in clear_values(value, str)
    }
    assert {"matter", "privacy_notice", "ledger_row", "name", "reason", "items.0.title"} <= names


def test_a_sealed_text_and_an_opaque_id_are_nobodys_number() -> None:
    plainly_written({"a": "task/6942c135-4567-8901-8332-b41e82e76fb6", "digest": "13800138000" * 6})
    sealed = Sealed(
        holder="subject/6b0e1f64-6f0f-4a5c-8f5c-3f1f2a5d9e01",
        item="6b0e1f64-6f0f-4a5c-8f5c-3f1f2a5d9e02",
        digest="1" * 64,
    )
    assert list(clear_values({"text": sealed}, str)) == [("text", "text")]


@given(st.text(alphabet="abcXYZ é0-9（），。：、天河区民政局１２ａ\n", max_size=40))
def test_what_an_office_writes_is_plain(told: str) -> None:
    assert strange_characters(told) == ""


@pytest.mark.parametrize("year", [1, 1969, 2201, 9999])
def test_an_instant_of_another_age_is_a_slip_of_the_hand(year: int) -> None:
    with pytest.raises(CommandRefused) as refusal:
        in_our_time({"term": [{"until": datetime(year, 6, 1, tzinfo=UTC)}]})
    assert refusal.value.rule == "instant-in-range"
    assert "term.0.until" in refusal.value.english


def test_an_instant_of_ours_is_taken() -> None:
    in_our_time([datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 12, 31, tzinfo=UTC)])
