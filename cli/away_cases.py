"""One case at a server far away: where it stands, its story, its papers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cli.case_lists import names_of
from cli.commanding import label_of_state
from cli.histories import print_told
from cli.tables import shown
from domain.casebook import CASES
from domain.refusals import CommandRefused
from wording.labels import clock_label
from wording.names import KnownNames

if TYPE_CHECKING:
    from cli.away import Away, Session
    from client.shapes import Clock


class Found(NamedTuple):
    """A case as the server tells it: in whose session, its line on the board, its limits."""

    client: "Session"
    line: dict[str, Any]
    clocks: "list[Clock]"

    @property
    def stream(self) -> str:
        """The stream of the case."""
        return str(self.line["stream"])

    @property
    def key(self) -> str:
        """What addresses call it."""
        return self.stream.partition("/")[2]


def found_at(away: "Away", category: str, given: str) -> Found:
    """Return the case that *given* names, in the first of the person's posts that sees it.

    Raises `CommandRefused` (`case-unknown`) alike for none and for one outside their duties.
    """
    key = given.partition("/")[2] or given
    for client in away.clients():
        try:
            return _shown(client, category, key)
        except CommandRefused as refusal:
            if refusal.rule != "nothing-here":
                raise
    raise CommandRefused(
        "case-unknown",
        f"没有案卷 {given}，或不在您的职责范围内。",
        f"There is no case {given}, or it lies outside your duties.",
    )


def _shown(client: "Session", category: str, key: str) -> Found:
    if category == "task":
        task = client.task(key.upper() if key.upper().startswith("DQ") else key.lower())
        return Found(client, task.task, task.clocks)
    if category == "pairing":
        pairing = client.pairing(key.lower())
        return Found(client, pairing.pairing, pairing.clocks)
    case = client.case(CASES[category].plural, key.lower())
    return Found(client, case.case, case.clocks)


def show_case(away: "Away", category: str, case: str, as_json: bool) -> None:
    """Print where a case stands, and what the caller may do now."""
    found = found_at(away, category, case)
    offered = found.client.offers(found.key, of=CASES[category].plural)
    if as_json:
        whole = {
            category: found.line,
            "clocks": [one.model_dump() for one in found.clocks],
            "offers": [one.model_dump() for one in offered],
        }
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    line = found.line
    title = f"工单 {line['number']}" if category == "task" else line["title"]
    click.echo(f"{title}  {label_of_state(category, line['state'])}  第 {line['version']} 版")
    click.echo(f"  案卷　　  {found.stream}")
    for name, told in _about(line, names_of(away)):
        click.echo(f"  {name}　　  {told}")
    for one in found.clocks:
        click.echo(f"  时限 {clock_label(one.name)}：{shown(one.due)}")
    for offer in offered:
        if offer.accepted:
            click.echo(f"  可以 {offer.label}（{offer.command}）")


def _about(line: dict[str, Any], names: KnownNames) -> Iterator[tuple[str, str]]:
    """Yield what the line of a case says beside its state, as people read it."""
    if line.get("place"):
        yield "地点", f"{names.place(line['place'], 'zh')}（{line['place']}）"
    for field, name in (("main_unit", "主办"), ("lead", "牵头"), ("holder", "在办")):
        if line.get(field):
            yield name, names.unit(line[field], "zh")


def print_history(away: "Away", category: str, case: str, as_json: bool, language: str) -> None:
    """Print what happened to a case, as the server tells it to whoever asks."""
    found, plural = found_at(away, category, case), CASES[category].plural
    told = {
        one: found.client.history(found.key, of=plural, language=one)
        for one in ("zh", "en")
        if as_json or language in {one, "both"}
    }
    for lines in zip(*told.values(), strict=True):
        if as_json:
            zh, en = lines
            whole = zh.model_dump() | {"sentence_en": en.sentence, "who_en": en.who}
            click.echo(json.dumps(whole, ensure_ascii=False))
            continue
        print_told(lines[0])
        for line in lines:
            click.echo(f"      {line.sentence}")


def save_paper(away: "Away", category: str, case: str, kind: str, out: Path, force: bool) -> None:
    """Write a paper about a case as the server makes it; raise `CommandRefused`."""
    from cli.papers import form_of, written

    found, form = found_at(away, category, case), form_of(out)
    path = f"/{CASES[category].plural}/{found.key}/documents/{kind}.{form}"
    written(found.client.file(path), out, force=force)
