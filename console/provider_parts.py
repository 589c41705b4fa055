"""What pages of providers have in common: who it is, and the forms its people fill in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from domain.provider.commands import Licence, Price
from domain.provider.facts import ProviderState
from domain.refusals import CommandRefused
from projections.case_board import CaseLine
from wording.labels import Language, label, state_label
from wording.names import KnownNames

_CHINA = timezone(timedelta(hours=8))
ROWS = 4
"""How many licences and prices one form has room for, beside those there are."""
NO_LICENCE = {"licence": "", "number": "", "last_day": ""}
NO_PRICE = {"item": "", "per": "", "amount": ""}


def about(line: CaseLine, names: KnownNames, language: Language) -> dict[str, Any]:
    """Return what the register says of one provider: a body's own data, nothing of its people."""
    told = line.details
    return {
        "key": line.key,
        "name": line.title,
        "state": state_label("provider", line.state, language),
        "tone": TONES.get(line.state, ""),
        "kind": label(told["provider_kind"], language, among="ProviderKind"),
        "code": told["credit_code"] or told["team_number"],
        "categories": [names.category(one, language) for one in told["categories"]],
        "areas": [names.place(one, language) for one in told["areas"]],
        "valid_until": last_day(told["valid_until"]),
        "grade": told["grade"],
        "grades": [(last_day(one["period_end"]), one["grade"]) for one in told["grades"][::-1]],
        "warning": told["warning"] and names.ground(told["warning"], language),
        "suspended_until": told["suspended_until"],
        "barred_until": told["barred_until"],
        "licences": [
            (names.ground(one["licence"], language), one["number"], last_day(one["valid_until"]))
            for one in told["licences"]
        ],
        "prices": [(one["item"], one["per"], yuan(one["cents"])) for one in told["prices"]],
        "hours": _hours(told["minutes"], language),
    }


def _hours(minutes: int, language: Language) -> str:
    """Return how long people served, as people say it."""
    hours, left = divmod(minutes, 60)
    if language == "en":
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{hours} 小时 {left} 分" if left else f"{hours} 小时"


TONES: dict[str, str] = {
    ProviderState.ADMITTED: "green",
    ProviderState.WARNED: "amber",
    ProviderState.RECTIFYING: "amber",
    ProviderState.SUSPENDED: "red",
    ProviderState.EXITING: "red",
}
"""In which colour a state is shown."""


def yuan(cents: int) -> str:
    """Return an amount in yuan, as price lists show it."""
    return f"{cents // 100}.{cents % 100:02d}"


def licences_told(
    kinds: Sequence[str], numbers: Sequence[str], until: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the licences of a form's rows that were filled in; raise `CommandRefused`."""
    return [
        {"licence": kind, "number": number.strip(), "valid_until": day_ends(end)}
        for kind, number, end in zip_longest(kinds, numbers, until, fillvalue="")
        if kind and number.strip()
    ]


def prices_told(
    items: Sequence[str], per: Sequence[str], amounts: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the prices of a form's rows that were filled in; raise `CommandRefused`."""
    return [
        {"item": item.strip(), "per": unit.strip() or "次", "cents": cents_of(amount)}
        for item, unit, amount in zip_longest(items, per, amounts, fillvalue="")
        if item.strip()
    ]


def cents_of(amount: str) -> int:
    """Return an amount in yuan as cents; raise `CommandRefused` where it is none."""
    try:
        cents = Decimal(amount.strip()) * 100
        if cents == cents.to_integral_value() and 0 <= cents <= 1_000_000_000:
            return int(cents)
    except InvalidOperation:
        pass
    raise CommandRefused(
        "command-malformed",
        f"价格应为元，最多两位小数，如 15.00；所填为“{amount}”。",
        f"A price is in yuan with two decimals at most, such as 15.00; found {amount!r}.",
    )


def day_ends(day: str) -> str | None:
    """Return the instant a day ends in China, None for no day; raise `CommandRefused`."""
    if not day.strip():
        return None
    try:
        after = date.fromisoformat(day.strip()) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise CommandRefused(
            "command-malformed",
            f"日期应形如 2027-12-31；所填为“{day}”。",
            f"A day is written as 2027-12-31; found {day!r}.",
        ) from None
    return datetime.combine(after, time(), _CHINA).astimezone(UTC).isoformat()


def number_told(text: str) -> int:
    """Return the whole number a form's field holds; raise `CommandRefused` for none."""
    if not text.strip().isdecimal():
        raise CommandRefused(
            "command-malformed",
            f"应填整数；所填为“{text}”。",
            f"A whole number is expected; found {text!r}.",
        )
    return int(text)


def moment_told(text: str) -> str:
    """Return the instant a form's date and time name in China; raise `CommandRefused` for none."""
    try:
        return (
            datetime.fromisoformat(text.strip()).replace(tzinfo=_CHINA).astimezone(UTC).isoformat()
        )
    except (ValueError, OverflowError):
        raise CommandRefused(
            "command-malformed",
            f"时间应形如 2027-12-31 14:30；所填为“{text}”。",
            f"A date and time is written as 2027-12-31 14:30; found {text!r}.",
        ) from None


def licence_rows(licences: Sequence[Licence]) -> list[dict[str, str]]:
    """Return *licences* as the rows of a form."""
    return [
        {"licence": one.licence, "number": one.number, "last_day": last_day(one.valid_until)}
        for one in licences
    ]


def price_rows(prices: Sequence[Price]) -> list[dict[str, str]]:
    """Return *prices* as the rows of a form."""
    return [{"item": one.item, "per": one.per, "amount": yuan(one.cents)} for one in prices]


def filled_in(*columns: tuple[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return the rows of a form as they were sent, to be shown again."""
    names = [name for name, _ in columns]
    lines = zip_longest(*(told for _, told in columns), fillvalue="")
    return [dict(zip(names, line, strict=True)) for line in lines if any(line)]


def with_room(rows: list[dict[str, str]], empty: dict[str, str]) -> list[dict[str, str]]:
    """Return *rows* and *empty* ones after them."""
    return [*rows, *(empty for _ in range(max(ROWS - len(rows), 1)))]


def last_day(end: datetime | str | None) -> str:
    """Return the last day before *end* in China, "" where there is no end."""
    if end is None:
        return ""
    instant = datetime.fromisoformat(end) if isinstance(end, str) else end
    return (instant.astimezone(_CHINA) - timedelta(microseconds=1)).date().isoformat()
