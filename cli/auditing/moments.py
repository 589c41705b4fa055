"""Instants and log positions as an auditor types them."""

from datetime import UTC, datetime, time
from typing import Any

import click

from audit.reading import Reader
from wording.sentences import CHINA


class Moment(click.ParamType[datetime]):
    """An instant with its offset, or a time as clocks in China show it; a day is its end."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant in UTC."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"“{text[:40]}”不是时刻，应形如 2026-05-11、2026-05-11T09:00 或 "
                "2026-05-11T01:00:00Z。 Not an instant; write one such as 2026-05-11T09:00+08:00.",
                param,
                ctx,
            )
        if len(text) <= len("2026-05-11"):
            found = datetime.combine(found.date(), time.max)
        try:
            return found.replace(tzinfo=found.tzinfo or CHINA).astimezone(UTC)
        except OverflowError:
            self.fail(f"“{text[:40]}”超出纪年范围。 It lies outside the calendar.", param, ctx)


MOMENT = Moment()


def position_of(reader: Reader, given: str | None) -> int:
    """Return the log position *given* as a number or an instant (None: the newest).

    Raises `click.BadParameter` for what is neither, or lies beyond the log.
    """
    if given is None:
        return reader.head()
    if given.isascii() and given.isdigit():  # a day is written with its hyphens
        if int(given) > reader.head():
            raise click.BadParameter(
                f"账本只到第 {reader.head()} 条，没有第 {given} 条。 "
                f"The log ends at position {reader.head()}; there is no {given}."
            )
        return int(given)
    return reader.position_at(MOMENT.convert(given, None, None))
