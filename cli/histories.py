"""A case's story, sentence by sentence; sealed texts stay sealed unless they are asked for."""

import json

import click

from cli.context import Context
from domain.sealed import Sealed
from domain.wording import Language
from domain.wording_names import KnownNames
from projections.history import HistoryLine, case_history

_ERASED = "〔已依法删除〕"


def print_history(
    context: Context, stream: str, as_json: bool, language: str, *, opened: bool = False
) -> None:
    """Print the history of *stream*: when, who, what, and why each due time is what it is."""
    tell = story(context, stream, opened=opened)
    chinese, english = tell["zh"], tell["en"]
    for zh, en in zip(chinese, english, strict=True):
        if as_json:
            told = {**vars(zh), "sentence_en": en.sentence, "who_en": en.who}
            click.echo(json.dumps(told, ensure_ascii=False))
            continue
        shown = en if language == "en" else zh
        late = "" if shown.occurred is None else f"（实际 {shown.occurred}）"
        click.echo(f"{shown.version:>4}  {shown.recorded}{late}  {shown.who}")
        if language in ("zh", "both"):
            click.echo(f"      {zh.sentence}")
        if language in ("en", "both"):
            click.echo(f"      {en.sentence}")


def story(
    context: Context, stream: str, *, opened: bool = False
) -> dict[Language, list[HistoryLine]]:
    """Return the history of *stream* in both languages."""
    books = context.books
    rules = books.rulebook.rules(books.desk.neighbours)
    entries = books.ledger.read(stream)
    numbers = {
        entry.stream: str(entry.fact["number"]) for entry in entries if entry.fact.get("number")
    }

    def unsealed(sealed: Sealed) -> str | None:
        plain = books.vault.open(sealed)
        return _ERASED if plain is None else plain.decode("utf-8", "replace")

    names = KnownNames(rules, unsealed if opened else None, numbers.get)
    return {
        "zh": case_history(books.ledger, stream, names, "zh"),
        "en": case_history(books.ledger, stream, names, "en"),
    }
