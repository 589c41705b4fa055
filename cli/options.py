"""Command-line options made from a command model's fields: one rule for every command there is."""

import base64
import json
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.models import seals_of
from domain.sealed import Sealed

_UNIONS = (Union, types.UnionType)


def options_of(model: type[BaseModel]) -> list[click.Option]:
    """Return one option per field of *model*; a field without default is required.

    Texts that will be sealed may be given as `@FILE`; documents are files; lists are given by
    repeating the option; nested values as JSON.
    """
    return [
        _option(name, field, model) for name, field in model.model_fields.items() if name != "kind"
    ]


def command_from(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the command the options describe, as JSON values; options left out are left out."""
    command: dict[str, Any] = {"kind": model.model_fields["kind"].default}
    for name in model.model_fields:
        value = given.get(name)
        if name == "kind" or value is None or value == ():
            continue
        command[name] = _as_json(value)
    return command


def _option(name: str, field: FieldInfo, model: type[BaseModel]) -> click.Option:
    required = field.is_required()
    flags = [f"--{name.replace('_', '-')}"]
    seal = seals_of(model).get(name)
    if seal is not None:
        kind: Any = click.Path(exists=True, dir_okay=False) if seal.binary else str
        help_text = (
            "文件，将密封保存。 A file; it is sealed."
            if seal.binary
            else f"原文（或 @文件），最多 {seal.length_max} 字，将密封保存。 Text or @FILE; sealed."
        )
        return click.Option(
            flags, type=kind, required=required, help=help_text, callback=_reader(seal.binary)
        )
    annotation, repeated = _unwrapped(field.annotation)
    if annotation is bool:
        # A flag that is never left out would hide the difference between no and unsaid.
        return click.Option(
            [f"{flags[0]}/--no-{name.replace('_', '-')}"], default=None, required=required
        )
    return click.Option(
        flags,
        type=_type_of(annotation),
        required=required,
        multiple=repeated,
        help="可重复。 May be repeated." if repeated else None,
        callback=_parsed_json if _is_model(annotation) else None,
    )


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """Return the type a single value has, and whether there may be several."""
    repeated = False
    while True:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = arguments[0]
        elif origin in _UNIONS:
            annotation = next(part for part in arguments if part is not type(None))
        elif origin is tuple:
            annotation, repeated = arguments[0], True
        else:
            return annotation, repeated


def _type_of(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return click.Choice([str(choice) for choice in get_args(annotation)])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return click.Choice([member.value for member in annotation], case_sensitive=False)
    if annotation is int:
        return int
    if annotation is datetime:
        return click.STRING
    return str


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel | Sealed)


def _parsed_json(_context: click.Context, option: click.Parameter, value: Any) -> Any:
    try:
        if isinstance(value, tuple):
            return tuple(json.loads(text) for text in value)
        return None if value is None else json.loads(value)
    except json.JSONDecodeError as error:
        raise click.BadParameter(
            f"应为 JSON，例如 {{…}}；expected JSON ({error.msg})", param=option
        ) from None


def _reader(binary: bool) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def read(_context: click.Context, option: click.Parameter, value: Any) -> Any:
        if value is None:
            return None
        try:
            if binary:
                return base64.b64encode(Path(value).read_bytes()).decode("ascii")
            if value.startswith("@"):
                return Path(value[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.BadParameter(
                f"无法读取 {value}；cannot read it ({type(error).__name__})", param=option
            ) from None
        return value

    return read


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json(item) for item in value]
    return value
