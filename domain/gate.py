"""The gate before every decider: who may give a command at all, and in what characters.

What stands in a fact stands there for ever, and everybody may read it. So every clear text of a
command and of the facts that follow is looked at, whatever its field: found by walking the value,
so that a field added later cannot be forgotten.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel

from domain.envelope import Asked, By
from domain.people import Channel, Known, Role, roles_named
from domain.refusals import refusing
from domain.rules import Rules
from domain.sealed import Sealed
from domain.values import UUID, holds_personal_number

GATE_RULES: dict[str, tuple[str, str]] = {
    "role-permitted": (
        "角色 {role} 不能执行“{command}”；可以执行的角色：{may}。",
        "Role {role} may not give {command}; roles that may: {may}.",
    ),
    "role-held": (
        "名册中查不到您在单位 {unit} 现行有效的 {role} 角色，请先办理授权。",
        "The registry shows no {role} role in force for you at unit {unit}; have it granted first.",
    ),
    "system-is-inside": (
        "系统角色只在内部使用；请写明办理人及其单位、角色。",
        "The system gives no orders from outside; name a person, their unit and role.",
    ),
    "behalf-recorded": (
        "没有入账的代理授权；请由本人办理，或由名册管理员授予角色。",
        "No deputation is on record; let them act themselves, or have the role granted.",
    ),
    "identity-proven": (
        "“{command}”须证明是本人：请用本人的账户密钥（--key 文件）办理。",
        "{command} takes proof of who acts: give the key of their account (--key FILE).",
    ),
    "no-personal-data": (
        "“{field}”中疑有手机号码或身份证号码；请删去，个人信息只能写入加密字段。",
        "{field} seems to hold a mobile or identity number; take it out, such data is only sealed.",
    ),
    "instant-in-range": (
        "“{field}”的年份为 {found}，应在 1970 至 2200 年之间；请核对。",
        "{field} lies in the year {found}; an instant lies between 1970 and 2200.",
    ),
    "plain-characters": (
        "“{field}”含有不可见字符或形近异体字符（{found}）；请改用常规汉字、拉丁字母和数字。",
        "{field} holds characters that are unseen or look like others ({found}); use plain ones.",
    ),
}

_OPAQUE = re.compile(rf"{UUID}|[0-9a-f]{{32,}}")
"""Ids and digests: their digits are chance, not somebody's number."""

_ORDINARY_LETTERS = ("LATIN ", "CJK UNIFIED ", "CJK COMPATIBILITY IDEOGRAPH", "FULLWIDTH LATIN ")
_RADICALS = ("KANGXI RADICAL ", "CJK RADICAL ")
"""Parts of characters that look like whole ones: ⼈ is not 人."""

_UNSEEN = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
_LINES = frozenset("\n\r\t")
_YEARS = (1970, 2200)

PROVEN = frozenset(
    {
        "add_account_key",
        "add_city",
        "adopt_witness_policy",
        "bind_identity",
        "complete_exit",
        "end_unmasking",
        "erase_subject",
        "grant_role",
        "grant_unmasking",
        "record_erasure",
        "record_export",
        "publish_figures",
        "replace_city_key",
        "refuse_erasure",
        "request_exit",
        "revoke_role",
        "rotate_signing_key",
        "rotate_webhook_secret",
        "set_password",
        "subscribe_webhook",
        "unbind_identity",
        "unmask_field",
        "withdraw_account_key",
        "withdraw_figures",
    }
)
"""Commands that take more than a name: what they do cannot be undone, shows what is sealed, hands
the record out, or decides who is believed."""

_PROOFS = frozenset({Known.SESSION, Known.KEY})

T = TypeVar("T")


refused = refusing(GATE_RULES)
"""Return the refusal by one of the gate's rules, filled with what was found."""


def allowed(asked: Asked[Any], may: frozenset[Role], rules: Rules) -> None:
    """The role is one that may give this command, and the person holds it at the unit named."""
    permitted(asked, may)
    if asked.by.role is not Role.SYSTEM:
        held(asked, rules)


def permitted(asked: Asked[Any], may: frozenset[Role]) -> None:
    """The role is one of those that may give this command."""
    if asked.by.role not in may:
        raise refused(
            "role-permitted",
            role=asked.by.role,
            command=asked.command.kind,
            may=roles_named(may),
        )


def held(asked: Asked[Any], rules: Rules) -> None:
    """The registry shows the role in force for this person at the unit named."""
    by = asked.by
    if by.unit is None or not rules.holds(by.person, by.role, by.unit, asked.at):
        raise refused("role-held", role=by.role, unit=by.unit or "-")


def gated(decide: Callable[..., tuple[BaseModel, ...]]) -> Callable[..., tuple[BaseModel, ...]]:
    """Return *decide* behind the gate: what goes in and what comes out is written plainly."""

    def decided(state: Any, asked: Asked[Any], rules: Rules) -> tuple[BaseModel, ...]:
        somebody(asked.by, asked.command.kind)
        plainly_written({"command_id": asked.command_id})
        plainly_written(asked.command)
        in_our_time({"occurred_at": asked.occurred_at})
        in_our_time(asked.command)
        facts = decide(state, asked, rules)
        for fact in facts:
            plainly_written(fact)
        return facts

    return decided


def somebody(by: By, command: str) -> None:
    """Refuse whoever is nobody: the system from outside, one in another's name, an unproven one."""
    if (by.role is Role.SYSTEM) != (by.channel is Channel.SYSTEM):
        raise refused("system-is-inside")
    if by.on_behalf_of is not None:
        raise refused("behalf-recorded")
    if command in PROVEN and by.role is not Role.SYSTEM and by.known not in _PROOFS:
        raise refused("identity-proven", command=command)


def plainly_written(value: Any) -> None:
    """Refuse a clear text in *value* that holds a personal number, or characters that deceive."""
    for field, text in clear_values(value, str):
        if holds_personal_number(_OPAQUE.sub(" ", text)):
            raise refused("no-personal-data", field=field)
        if strange := strange_characters(text):
            raise refused("plain-characters", field=field, found=strange)


def in_our_time(value: Any) -> None:
    """Refuse an instant in *value* that can only be a slip of the hand."""
    for field, instant in clear_values(value, datetime):
        if not _YEARS[0] <= instant.year <= _YEARS[1]:
            raise refused("instant-in-range", field=field, found=instant.year)


def clear_values(value: Any, wanted: type[T], field: str = "") -> Iterator[tuple[str, T]]:
    """Yield every value of the type *wanted* that is not sealed, with its path: `items.0.title`."""
    match value:
        case Sealed() | Enum():
            return
        case _ if isinstance(value, wanted):
            yield field, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from clear_values(getattr(value, name, None), wanted, _path(field, name))
        case Mapping():
            for name, inner in value.items():
                yield from clear_values(name, wanted, _path(field, str(name)))
                yield from clear_values(inner, wanted, _path(field, str(name)))
        case tuple() | list() | frozenset() | set():
            for number, inner in enumerate(value):
                yield from clear_values(inner, wanted, _path(field, str(number)))
        case _:
            return


def _path(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def strange_characters(text: str) -> str:
    """Name the code points in *text* that cannot be seen or belong to another script, "" for none.

    Zero-width and direction marks, private-use characters, and letters of scripts in which an
    office here does not write: a Cyrillic `а` in a unit's name is another name.
    """
    if text.isascii() and text.isprintable():
        return ""
    found = {one for one in text if _is_strange(one)}
    return " ".join(f"U+{ord(one):04X}" for one in sorted(found))


def _is_strange(one: str) -> bool:
    category, name = unicodedata.category(one), unicodedata.name(one, "")
    if category in _UNSEEN:
        return one not in _LINES
    foreign = category[0] == "L" and not name.startswith(_ORDINARY_LETTERS)
    return foreign or name.startswith(_RADICALS)
