"""The models behind a kind's commands and facts: which there are, and which fields are sealed."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from domain.sealed import Seal


@cache
def models_of(adapter: TypeAdapter[Any]) -> dict[str, type[BaseModel]]:
    """Return the models behind a discriminated union, by their `kind`."""
    models = _models_in(adapter._type)  # noqa: SLF001 - no public way to the type
    return {model.model_fields["kind"].default: model for model in models}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for part in get_args(annotation):
        yield from _models_in(part)


def kinds_of(union: Any) -> frozenset[str]:
    """Return the kinds of a discriminated union of models."""
    return frozenset(model.model_fields["kind"].default for model in _models_in(union))


@cache
def seals_of(model: type[BaseModel]) -> dict[str, Seal]:
    """Return the sealed fields of a command model with their marks."""
    found: dict[str, Seal] = {}
    for name, described in model.model_fields.items():
        marks = [mark for mark in described.metadata if isinstance(mark, Seal)]
        marks += [mark for mark in _marks_in(described.annotation) if isinstance(mark, Seal)]
        if marks:
            found[name] = marks[0]
    return found


def base_of(hint: Any) -> tuple[Any, bool]:
    """Return the type a field's values have, and whether it holds several of them."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return arguments[0], True
    if origin is Annotated and get_origin(arguments[0]) is tuple:
        return base_of(arguments[0])
    if origin is not None and type(None) in arguments:
        return base_of(next(one for one in arguments if one is not type(None)))
    return hint, False


def _marks_in(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _marks_in(part)
