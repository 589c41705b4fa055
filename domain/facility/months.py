"""Months as the city's clocks show them: 2026-05, and the instant its report of use is due."""

from datetime import UTC, datetime, timedelta


def month_of(at: datetime, offset_minutes: int) -> str:
    """Return the month in which *at* lies where clocks are *offset_minutes* ahead of UTC."""
    local = at.astimezone(UTC) + timedelta(minutes=offset_minutes)
    return f"{local.year:04d}-{local.month:02d}"


def after(month: str) -> str:
    """Return the month after *month*."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04d}-01" if number == 12 else f"{year:04d}-{number + 1:02d}"


def report_due(month: str, day: int, offset_minutes: int) -> datetime:
    """Return the end of the *day* of the month after *month*."""
    following = after(month)
    local = datetime(int(following[:4]), int(following[5:]), day, tzinfo=UTC) + timedelta(days=1)
    return local - timedelta(minutes=offset_minutes)
