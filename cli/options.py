"""Command-line options made from a command model's fields: one rule for every command there is."""

import base64
import json
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
from click.shell_completion import CompletionItem
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.models import seals_of
from domain.sealed import Sealed
from domain.task.commands import Grade
from domain.values import Code, DivisionCode, Instant, PersonId, TaskId, UnitCode
from wording.labels import LABELS, label

_UNIONS = (Union, types.UnionType)


def options_of(model: type[BaseModel]) -> list[click.Option]:
    """Return one option per field of *model*; a field without default is required.

    Values of a closed list are taken by code or by Chinese label. Texts that will be sealed may be
    given as `@FILE` (`@@` begins a text with an @); documents are files; lists are given by
    repeating the option; nested values as JSON.
    """
    hints = get_type_hints(model, include_extras=True)
    return [
        _option(name, field, model, hints[name])
        for name, field in model.model_fields.items()
        if name != "kind"
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


def _option(name: str, field: FieldInfo, model: type[BaseModel], hint: Any) -> click.Option:
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
    base, repeated = base_of(hint), _repeated(hint)
    if base is bool:
        # A flag that is never left out would hide the difference between no and unsaid.
        return click.Option(
            [f"{flags[0]}/--no-{name.replace('_', '-')}"],
            default=None,
            required=required,
            help=_LISTED.get(name),
        )
    told = " ".join(
        part for part in (_where_from(base, name), _REPEATED if repeated else "") if part
    )
    return click.Option(
        flags,
        type=_type_of(base, name),
        required=required,
        multiple=repeated,
        help=told or None,
        callback=_parsed_json if _is_model(base) else None,
    )


_REPEATED = "可重复。 May be repeated."
_LISTED = {
    "category": "类别：代码或中文名（养老）。 Category, by code or Chinese name.",
    "ground": "事由：代码或中文名，见政策包。 Ground, as the pack lists them.",
    "route": "去向：代码或中文名，见政策包。 Route, as the pack lists them.",
    "cause": "挂账原因：代码或中文名。 Cause, as the pack lists them.",
    "matter": "问题事项代码。 Code of the matter; the same for the same matter.",
    "policy": "政策包（jiedui policy list）。 Policy pack.",
    "privacy_notice": "告知书版本。 Which privacy notice was shown.",
    "pairing": "结对编号（jiedui pairing list）。 Pairing.",
    "line": "业务条线代码或中文名。 Field of duty.",
    "urgent": "紧急。 Urgent.",
    "safety": "涉及人身安全。 Concerns personal safety.",
    "ad_hoc": "不属于任何结对的临时事项。 Under no pairing.",
    "resolved": "已解决。 Resolved.",
    "reached": "打通。 Somebody was reached.",
    "contacted": "承办单位联系过居民。 The unit had been in touch.",
    "on_site": "现场核查。 Seen on the spot.",
    "verified_on_site": "已实地核查。 Verified on the spot.",
    "physical_works": "现场实施事项，须实地核查。 Works to be verified on the spot.",
    "resident_informed": "已告知居民。 The resident was told.",
    "resident_told": "已告知居民。 The resident was told.",
    "stage_report": "作为阶段报告。 Counts as a stage report.",
    "requester": "居民编号；缺省时新编。 Resident; a new id where left out.",
    "ledger_row": "台账编号。 Number in the office's own table.",
    "project_item": "结对项目条目。 Item of the pairing's project list.",
    "call": "来自哪次拆单，由系统填写。 The call it was split off; the system says it.",
    "limit": "时限，如 5wd（工作日）、4wh（工作小时）、24h。 Limit.",
    "reason": "理由。 Reason.",
    "legal_basis": "法律或文件依据。 Legal basis.",
    "round": "轮次。 Round.",
    "number": "第几项。 Which one.",
    "cost_cents": "费用（分）。 Cost in cents.",
    "division": "区划代码，或街道、社区名称。 Division code, or a place's name.",
    "part": "拆出任务的新编号 task/<UUID>。 Id of the new task.",
}


def _where_from(base: Any, name: str) -> str:
    """Return where a value of this field comes from, in one line."""
    if base == UnitCode:
        return "单位编码或名称（jiedui unit list）。 Unit, by code or name."
    if base == DivisionCode:
        return "区划代码，或街道、社区名称。 Division code, or a place's name."
    if base == PersonId:
        return "人员编号、工号或 角色@单位（jiedui unit show）。 Person, staff number or ROLE@UNIT."
    if base == TaskId:
        return "任务编号（jiedui task list）。 Task."
    if base == Instant:
        return "日期或时间，如 2026-11-20；期限只写日期即当日终。 Date or time."
    labels = labels_of(base, name)
    if labels:
        return f"{'、'.join(labels.values())}。 By code or Chinese name."
    return _LISTED.get(name, "")


def base_of(hint: Any) -> Any:
    """Return the type a single value of *hint* has: what is optional or repeated is looked into."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in _UNIONS:
        return base_of(next(part for part in arguments if part is not type(None)))
    if origin is tuple:
        return base_of(arguments[0])
    if origin is Annotated and not (hint in _NAMED or arguments[0] in (str, int, datetime)):
        return base_of(arguments[0])
    return hint


def _repeated(hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in _UNIONS:
        return any(_repeated(part) for part in arguments)
    return _repeated(arguments[0]) if origin is Annotated else origin is tuple


LISTED_IN_PACKS = frozenset({"category", "categories", "ground", "route", "cause", "line"})
"""Fields whose codes a policy pack lists."""

_NAMED = (Code, DivisionCode, Instant, PersonId, TaskId, UnitCode, Grade)


def _plain(base: Any) -> Any:
    return get_args(base)[0] if get_origin(base) is Annotated else base


def _type_of(base: Any, name: str) -> Any:
    labels = labels_of(base, name)
    if labels:
        return Listed(labels, as_number=_plain(base) is int)
    if get_origin(base) is Literal:
        return click.Choice([str(choice) for choice in get_args(base)])
    if base == UnitCode or name in LISTED_IN_PACKS:
        return Named(name, units=base == UnitCode)
    return int if _plain(base) is int else str


class Named(click.ParamType[str]):
    """A unit or an item of a pack's list, by code or Chinese name: the registry knows which."""

    name = "text"

    def __init__(self, field: str, *, units: bool) -> None:
        self._field, self._units = field, units

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,  # noqa: ARG002
    ) -> str:
        """Return *value* as it is: what it means is found where the registry is open."""
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer what this installation's registry and packs have."""
        from cli.completing import known_names

        return _completions(known_names(self._field, units=self._units), incomplete)


class Listed(click.ParamType[str | int]):
    """A value of a closed list, by its code (in any case) or its Chinese label."""

    name = "listed"

    def __init__(self, labels: Mapping[str, str], *, as_number: bool = False) -> None:
        self._labels, self._as_number = labels, as_number

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Return the codes, as help shows them."""
        return f"[{'|'.join(self._labels)}]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | int:
        """Return the code *value* means."""
        wanted = str(value).strip().casefold()
        for code, chinese in self._labels.items():
            if wanted in (code.casefold(), chinese.casefold()):
                return int(code) if self._as_number else code
        begun = [code for code, chinese in self._labels.items() if chinese.startswith(str(value))]
        if len(begun) == 1 and wanted:
            return int(begun[0]) if self._as_number else begun[0]
        told = "、".join(f"{code}（{chinese}）" for code, chinese in self._labels.items())
        raise click.BadParameter(
            f"没有“{value}”；可填：{told}。 One of {', '.join(self._labels)}.", ctx, param
        )

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the codes that begin so, or whose label does, each with its label."""
        return _completions(self._labels, incomplete)


def _completions(labels: Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    """Return the codes that begin so, or whose label holds it, each with its label."""
    begun = incomplete.casefold()
    return [
        CompletionItem(code, help=chinese)
        for code, chinese in labels.items()
        if code.casefold().startswith(begun) or incomplete in chinese
    ]


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
            if value.startswith("@@"):
                return value[1:]
            if value.startswith("@"):
                return Path(value[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.BadParameter(
                f"无法读取 {value}（{type(error).__name__}）；原文以 @ 开头的，请写成 @@。 "
                "It cannot be read; a text that begins with @ is written with @@.",
                param=option,
            ) from None
        return value

    return read


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json(item) for item in value]
    return value


def labels_of(kind: Any, name: str) -> dict[str, str]:
    """Return value and Chinese label of an enumeration or of grades, {} for any other type."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {str(one.value): label(str(one.value), among=kind.__name__) for one in kind}
    if kind == Grade or name == "grade":
        return {code: both[0].partition("（")[0] for code, both in LABELS["Grade"].items()}
    return {}
