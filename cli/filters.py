"""What may stand in a filter: a value that names nothing is refused, with what there is."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from domain.refusals import CommandRefused

_SHOWN = 24


def one_of(option: str, given: str | None, known: Mapping[str, str]) -> str | None:
    """Return the code *given* means, by its code or its label, upper or lower case.

    Raises `CommandRefused` (`filter-unknown`) naming what there is in *known* (code: label).
    """
    if given is None:
        return None
    wanted = given.strip().casefold()
    for code, label in known.items():
        if wanted in (code.casefold(), label.casefold()):
            return code
    codes = list(known)
    if not codes:
        raise CommandRefused(
            "filter-unknown",
            f"{option} 没有“{given}”：名册中还没有任何可选的值。",
            f"{option} names nothing: {given}; the registry has nothing yet to choose from.",
        )
    near = get_close_matches(given.upper(), codes, n=_SHOWN, cutoff=0.6) or codes
    told = "、".join(f"{code}（{known[code]}）" for code in near[:_SHOWN])
    more = f"……共 {len(codes)} 个" if len(codes) > _SHOWN else ""
    raise CommandRefused(
        "filter-unknown",
        f"{option} 没有“{given}”；可填：{told}{more}。",
        f"{option} names nothing: {given}. There are {', '.join(near[:_SHOWN])}.",
    )


def each_of(option: str, given: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes *given* mean; raise as `one_of`."""
    found = [one_of(option, one, known) for one in given]
    return tuple(code for code in found if code is not None)
