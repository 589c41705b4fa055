"""A case's story, sentence by sentence; sealed texts stay sealed unless a grant opens them."""

import json
from typing import Any, Protocol

import click

from audit.reading import open_reader
from audit.replay.explained import explained_dues
from cli.context import Context
from projections.history import HistoryLine, case_history
from wording.names import KnownNames, Opening
from wording.sentences import Language


def print_history(
    context: Context,
    stream: str,
    as_json: bool,
    language: str,
    *,
    open_sealed: Opening | None = None,
) -> None:
    """Print the history of *stream*: when, who, what, and why each due time is what it is.

    *open_sealed* opens sealed texts under a grant (`cli/auditing/unsealing.py`); without it they
    stay sealed.
    """
    tell = story(context, stream, open_sealed=open_sealed)
    differing = 0
    for zh, en in zip(tell["zh"], tell["en"], strict=True):
        differing += sum(reason.agrees is False for reason in zh.reasons)
        if as_json:
            click.echo(json.dumps(_as_json(zh, en), ensure_ascii=False))
            continue
        print_told(en if language == "en" else zh)
        if language in ("zh", "both"):
            _print_line(zh, "：")
        if language in ("en", "both"):
            _print_line(en, ": ")
    if differing:
        click.echo(
            f"有 {differing} 处期限与复算不符。 "
            f"{differing} due times differ from what they come to when computed again.",
            err=True,
        )


class Told(Protocol):
    """One fact of a history: its version, when it was recorded and happened, who gave it."""

    @property
    def version(self) -> int: ...  # noqa: D102 - as the class says
    @property
    def recorded(self) -> str: ...  # noqa: D102
    @property
    def occurred(self) -> str | None: ...  # noqa: D102
    @property
    def who(self) -> str: ...  # noqa: D102


def print_told(line: Told) -> None:
    """Print the head of one fact in a history: when, and who."""
    late = "" if line.occurred is None else f"（实际 {line.occurred}）"
    click.echo(f"{line.version:>4}  {line.recorded}{late}  {line.who}")


def _as_json(zh: HistoryLine, en: HistoryLine) -> dict[str, Any]:
    told: dict[str, Any] = {**vars(zh), "sentence_en": en.sentence, "who_en": en.who}
    told["reasons"] = [
        {**vars(one), "what_en": other.what, "why_en": other.why}
        for one, other in zip(zh.reasons, en.reasons, strict=True)
    ]
    return told


def _print_line(line: HistoryLine, colon: str) -> None:
    """Print a sentence, and below it the reasons of due times that it does not give itself."""
    click.echo(f"      {line.sentence}")
    for reason in line.untold:
        click.echo(f"        · {reason.what}{colon}{reason.why}")


def story(
    context: Context, stream: str, *, open_sealed: Opening | None = None
) -> dict[Language, list[HistoryLine]]:
    """Return the history of *stream* in both languages."""
    books = context.books
    rules = books.rulebook.rules(books.desk.neighbours)
    entries = books.ledger.read(stream)
    numbers = {
        entry.stream: str(entry.fact["number"]) for entry in entries if entry.fact.get("number")
    }

    names = KnownNames(rules, open_sealed, numbers.get)
    with open_reader(context.settings.ledger_url) as reader:
        explained = explained_dues(reader, stream)
    return {
        "zh": case_history(books.ledger, stream, names, "zh", explained),
        "en": case_history(books.ledger, stream, names, "en", explained),
    }
