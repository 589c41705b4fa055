"""JSON Schemas of commands as people write them: sealed fields are texts."""

from typing import Any

from domain.cases import CaseKind
from domain.models import models_of, seals_of


def commands(case: CaseKind) -> dict[str, Any]:
    """Return the schema of every command of *case*, by kind."""
    schemas: dict[str, Any] = {}
    for kind, model in models_of(case.commands).items():
        written = model.model_json_schema()
        for field, seal in seals_of(model).items():
            described: dict[str, Any] = {"type": "string", "minLength": 1}
            if seal.binary:
                described |= {"contentEncoding": "base64"}
            else:
                described |= {"maxLength": seal.length_max}
            if field not in written.get("required", ()):
                described = {"anyOf": [described, {"type": "null"}], "default": None}
            written["properties"][field] = described
        _without(written, "Sealed")
        schemas[kind] = written
    return schemas


def _without(schema: dict[str, Any], definition: str) -> None:
    """Drop a definition nothing refers to any more."""
    schema.get("$defs", {}).pop(definition, None)
    if not schema.get("$defs"):
        schema.pop("$defs", None)
