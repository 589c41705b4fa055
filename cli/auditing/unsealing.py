"""`--unmasking ID --as PERSON`: sealed texts are opened under a grant in force, and never else."""

from collections.abc import Collection

import click

from cli.context import Context
from cli.people import Actor, acting
from domain.refusals import CommandRefused
from domain.values import STREAM
from services import unmasking as unmasking_service
from services.unmasking import FieldOpening, Unmasking

unmasking_option = click.option(
    "--unmasking",
    "unmasking_id",
    help="启封授权编号；须同时用 --as 指明被授权人。 Open sealed texts under this grant.",
)
"""`--unmasking ID` of commands that may open sealed texts."""


def unmasking_stream(given: str) -> str:
    """Return the stream a person means by *given*: its name or its UUID; refuse anything else."""
    stream = given if "/" in given else f"unmasking/{given.lower()}"
    if stream.startswith("unmasking/") and STREAM.fullmatch(stream):
        return stream
    raise CommandRefused(
        "unmasking-unknown",
        "启封授权编号应为 unmasking/<UUID>。",
        "An unmasking is named unmasking/<uuid>.",
    )


def unmasker(
    context: Context, unmasking_id: str | None, person: str | None, stream: str
) -> Unmasking | None:
    """Return what opens sealed texts of *stream* for *person*, None where no grant was named.

    Raises `CommandRefused` where the grant does not stand for this person and this case.
    """
    if unmasking_id is None:
        return None
    grant = unmasking_stream(unmasking_id)
    actor = _named(context, person)
    return unmasking_service.under_grant(context.books, grant, actor.person, stream, actor.door)


def openings_for(
    context: Context,
    unmasking_id: str,
    person: str | None,
    stream: str,
    fields: Collection[str] | None = None,
) -> list[FieldOpening]:
    """Return the openings of sealed fields of the case *stream* for a recipient, recorded first.

    See `services.unmasking.openings_for`; *person* is what `--as` was given.
    """
    grant = unmasking_stream(unmasking_id)
    actor = _named(context, person)
    return unmasking_service.openings_for(
        context.books, grant, actor.person, stream, actor.door, fields
    )


def _named(context: Context, person: str | None) -> Actor:
    if person is None and context.settings.account_key is None:
        raise CommandRefused(
            "grantee-only",
            "启封须由被授权人用本人账户密钥（--key）办理。",
            "Opening what is sealed takes the grantee, with the key of their account (--key).",
        )
    return acting(context, person)
