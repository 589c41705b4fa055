"""What forms of providers have in common: rows of licences and prices, days, numbers, choices."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Annotated, Any

from fastapi import Form

from console.provider_parts import CHINA, last_day, yuan
from console.resident_visit import Visit
from domain.provider.commands import Licence, Price
from domain.refusals import CommandRefused

Token = Annotated[str, Form(max_length=64)]
Short = Annotated[str, Form(max_length=120)]
Text = Annotated[str, Form(max_length=2000)]
Rows = Annotated[list[str], Form(max_length=40)]

ROOM = 4
"""How many licences and prices one form has room for."""
_NO_LICENCE = {"licence": "", "number": "", "last_day": ""}
_NO_PRICE = {"item": "", "per": "", "amount": ""}


class Offered:
    """The licences and prices of a form, a list for each of its columns, as FastAPI reads them."""

    def __init__(
        self,
        licence: Rows = [],  # noqa: B006 - a form's default is never changed
        number: Rows = [],  # noqa: B006
        until: Rows = [],  # noqa: B006
        item: Rows = [],  # noqa: B006
        per: Rows = [],  # noqa: B006
        amount: Rows = [],  # noqa: B006
    ) -> None:
        self._licences, self._prices = (licence, number, until), (item, per, amount)

    def told(self) -> dict[str, Any]:
        """Return what was filled in, as commands take it; raise `CommandRefused`."""
        return {
            "licences": [
                {"licence": kind, "number": number.strip(), "valid_until": day_ends(end)}
                for kind, number, end in zip_longest(*self._licences, fillvalue="")
                if kind and number.strip()
            ],
            "prices": [
                {"item": item.strip(), "per": unit.strip() or "次", "cents": cents_of(amount)}
                for item, unit, amount in zip_longest(*self._prices, fillvalue="")
                if item.strip()
            ],
        }

    def as_sent(self) -> dict[str, list[dict[str, str]]]:
        """Return the rows as they were sent, to be shown again."""
        return {
            "licences": _lines(_NO_LICENCE, self._licences),
            "prices": _lines(_NO_PRICE, self._prices),
        }


def _lines(names: dict[str, str], columns: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    lines = zip_longest(*columns, fillvalue="")
    return [dict(zip(names, line, strict=True)) for line in lines if any(line)]


def licence_rows(licences: Sequence[Licence]) -> list[dict[str, str]]:
    """Return *licences* as the rows of a form."""
    return [
        {"licence": one.licence, "number": one.number, "last_day": last_day(one.valid_until)}
        for one in licences
    ]


def price_rows(prices: Sequence[Price]) -> list[dict[str, str]]:
    """Return *prices* as the rows of a form."""
    return [{"item": one.item, "per": one.per, "amount": yuan(one.cents)} for one in prices]


def rows_with_room(
    visit: Visit, licences: list[dict[str, str]], prices: list[dict[str, str]]
) -> dict[str, Any]:
    """Return what a page's form of licences and prices shows: rows, empty ones after, choices."""
    pack = visit.rules.under(None).policy.providers
    kinds = () if pack is None else pack.licences
    return {
        "licence_kinds": [(one.code, visit.say(one.label.zh, one.label.en)) for one in kinds],
        "licences": _with_room(licences, _NO_LICENCE),
        "prices": _with_room(prices, _NO_PRICE),
    }


def _with_room(rows: list[dict[str, str]], empty: dict[str, str]) -> list[dict[str, str]]:
    return [*rows, *(empty for _ in range(max(ROOM - len(rows), 1)))]


def category_choices(visit: Visit) -> list[tuple[str, str]]:
    """Return the categories of service there are, with their names."""
    policy = visit.rules.under(None).policy
    return [(one.code, visit.names.category(one.code, visit.language)) for one in policy.categories]


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
    return datetime.combine(after, time(), CHINA).astimezone(UTC).isoformat()


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
            datetime.fromisoformat(text.strip()).replace(tzinfo=CHINA).astimezone(UTC).isoformat()
        )
    except (ValueError, OverflowError):
        raise CommandRefused(
            "command-malformed",
            f"时间应形如 2027-12-31 14:30；所填为“{text}”。",
            f"A date and time is written as 2027-12-31 14:30; found {text!r}.",
        ) from None
