"""What pages of providers have in common: who it is, and how amounts and days are shown."""

from datetime import datetime, timedelta, timezone
from typing import Any

from domain.provider.facts import ProviderState
from projections.case_board import CaseLine
from wording.labels import Language, label, state_label
from wording.names import KnownNames

CHINA = timezone(timedelta(hours=8))


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


def last_day(end: datetime | str | None) -> str:
    """Return the last day before *end* in China, "" where there is no end."""
    if end is None:
        return ""
    instant = datetime.fromisoformat(end) if isinstance(end, str) else end
    return (instant.astimezone(CHINA) - timedelta(microseconds=1)).date().isoformat()
