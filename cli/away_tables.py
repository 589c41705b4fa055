"""A table of an office, taken in at a server far away: sent whole, and told of as at home."""

from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.people import acting
from domain.casebook import CASES
from domain.refusals import CommandRefused
from importing.reading import contents
from importing.tables import LIMITS, TableRefused
from importing.writing import place_bad_rows
from services.intake import Taking, beside
from services.tables import TABLES

if TYPE_CHECKING:
    from cli.away import Away


def taken_away(
    away: "Away",
    name: str,
    file: Path,
    taking: Taking,
    acting_person: str | None,
    policy: str | None,
) -> dict[str, Any]:
    """Have the server take the table *file* in; return what became of it, as an import here does.

    Its rows are entered by whose key it is, in the post that *acting_person* names. What comes
    back is written beside the table. Raises `CommandRefused` and `NotNow`.
    """
    kind, actor = TABLES[name], acting(away, acting_person)
    roles = CASES[kind.category].who_may[kind.command]
    client = away.client(away.post_for(actor.person, (actor.role, actor.unit), roles))
    told = client.take_table(
        name,
        _bytes(file),
        dry=taking.dry,
        mapping=taking.mapping,
        sheets=taking.sheets,
        hidden=taking.hidden,
        update=taking.update,
        policy=policy,
    )
    back, written = told.handed_back, None
    if back is not None:
        target = taking.bad_rows or beside(file)
        written = str(place_bad_rows(back.ending, b64decode(back.content), target))
    report = told.model_dump(exclude={"handed_back"})
    return {"file": str(file), "bad_rows_file": written, **report}


def _bytes(file: Path) -> bytes:
    try:
        return contents(file, LIMITS)
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None
