"""`jiedui figures`, `jiedui province`, `jiedui audit statement`: what people type, and get back."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from cli.auditing.statement import command as audit_statement
from cli.context import Context
from cli.figures import figures
from cli.province import province
from desk.opening import Books
from domain.refusals import CommandRefused
from runtime.settings import Settings
from tests.accounts import key_of, registrar, somebody
from tests.province.stage import (
    IN_NOVEMBER,
    IN_OCTOBER,
    OCTOBER,
    CityHome,
    Clock,
    ProvinceHome,
    a_city,
    a_province,
)
from transparency.keys import load_key
from transparency.notes import Note, read_note
from transparency.statements import Statement, read_statement


class Here(Context):
    """A context whose books are a test's, with its clock."""

    def __init__(self, settings: Settings, books: Books) -> None:
        super().__init__(settings)
        self._books = books

    def close(self) -> None:
        self._books = None


@dataclass
class Typing:
    settings: Settings
    books: Books

    def type(self, command: click.Command, *words: str) -> Result:
        context = Here(self.settings, self.books)
        try:
            return CliRunner().invoke(command, list(words), obj=context)
        finally:
            context.close()

    def told(self, command: click.Command, *words: str, status: int = 0) -> Any:
        result = self.type(command, *words, "--json")
        assert result.exit_code == status, (result.output, result.exception)
        return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    def refused(self, command: click.Command, *words: str) -> str:
        result = self.type(command, *words)
        assert isinstance(result.exception, CommandRefused), result.output
        return result.exception.rule


@dataclass
class Both:
    city: CityHome
    home: ProvinceHome
    at_city: Typing
    at_province: Typing


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """A city in November whose log is served, and a province; each has a registrar with a key."""
    clock = Clock(IN_OCTOBER)
    with ExitStack() as stack:
        city = stack.enter_context(a_city(tmp_path / "gz", "广州市", "gz.example.org/log", clock))
        city.handled()
        city.handled(contacted=False)
        stack.enter_context(city.served())
        home = stack.enter_context(a_province(tmp_path / "gd", clock))
        typing = []
        for books, settings in ((city.books, city.settings), (home.books, home.settings)):
            registrar(books.desk)
            file = key_of(books.desk, somebody(books.desk, "REGISTRAR"), settings.home)
            typing.append(Typing(settings.model_copy(update={"account_key": file}), books))
        clock.now = IN_NOVEMBER
        yield Both(city, home, *typing)


def test_a_month_from_the_citys_ledger_to_the_provinces_sum(both: Both, tmp_path: Path) -> None:
    (stated,) = both.at_city.told(figures, "publish", "--month", OCTOBER)
    assert (stated["outcome"], stated["number"]) == ("published", 1)
    rates = {one["code"]: (one["numerator"], one["denominator"]) for one in stated["figures"]}
    assert rates["return_rate@1"] == (0, 2)
    assert rates["response_rate@1"] == (1, 1)

    added = both.at_province.told(
        province, "city", "add", "广州市", both.city.key, both.city.url, "--since", OCTOBER
    )
    assert added[0]["outcome"] == "added"
    (pulled,) = both.at_province.told(province, "pull")
    assert (pulled["taken"], pulled["log"], pulled["rule"]) == ([1], "AGREES", None)
    (shown,) = both.at_province.told(province, "show", "--month", OCTOBER)
    assert shown["standings"] | {"ON_TIME": 1} == shown["standings"]
    summed = {one["code"]: (one["numerator"], one["denominator"]) for one in shown["figures"]}
    assert summed == rates
    rows = both.at_province.told(province, "compare", "--month", OCTOBER)
    assert {one["city"] for one in rows} == {"广州市"}
    (held,) = both.at_province.told(province, "city", "list")
    assert (held["name"], held["statements"]) == ("广州市", 1)
    assert both.at_province.told(province, "alarms") == []

    file = str(both.city.settings.log_path / "statements" / "1")
    (again,) = both.at_province.told(province, "take", file)
    assert again["repeated"] is True
    plain = both.at_province.type(province, "show", "--month", OCTOBER)
    assert "按期 1" in plain.output


def test_an_auditor_of_the_city_recomputes_the_statement_to_the_fact(both: Both) -> None:
    both.at_city.told(figures, "publish", "--month", OCTOBER)
    both.city.handled()  # what comes later changes nothing of what was stated
    file = both.city.settings.log_path / "statements" / "1"
    (found,) = both.at_city.told(audit_statement, str(file), "--log-key", both.city.key)
    assert (found["verdict"], found["faults"]) == ("true", [])
    assert all(one["same"] for one in found["figures"])
    act = both.city.books.ledger.entry(both.city.books.ledger.head())
    assert act is not None
    assert (act.kind, act.fact["act"], act.fact["outcome"]) == (
        "audit_performed.v1",
        "FIGURE",
        "CLEAN",
    )


def test_an_auditor_finds_what_is_not_so(both: Both, tmp_path: Path) -> None:
    """Signed with the city's own key, and untrue: each untruth is named."""
    both.at_city.told(figures, "publish", "--month", OCTOBER)
    true = read_statement(read_note(both.city.file(1)))
    more = replace(true.figures[0], numerator=0, denominator=3)
    wrong: dict[str, tuple[Statement, str]] = {
        "figures": (replace(true, figures=(more, *true.figures[1:])), "response_rate@1"),
        "position": (replace(true, position=true.stated.size + 99), "does not lie within"),
        "earlier": (replace(true, position=3), "figure"),
        "number": (replace(true, number=7), "no statement 7"),
    }
    key = load_key(both.city.settings.log_key_path)
    for name, (statement, said) in wrong.items():
        file = tmp_path / name
        file.write_bytes(Note(statement.text, (key.sign(statement.text),)).encoded())
        (found,) = both.at_city.told(audit_statement, str(file), status=1)
        assert any(said in fault["en"] for fault in found["faults"]), (name, found["faults"])


def test_a_city_changes_and_withdraws_only_by_the_rules(both: Both) -> None:
    city = both.at_city
    assert city.refused(figures, "publish", "--month", "2026-11") == "month-over"
    assert city.refused(figures, "publish", "--month", OCTOBER, "--reason", "更正") == (
        "replaced-for-a-reason"
    )
    city.told(figures, "publish", "--month", OCTOBER)
    assert city.refused(figures, "publish", "--month", OCTOBER) == "month-stated"
    (again,) = city.told(figures, "publish", "--month", OCTOBER, "--reason", "补录一件")
    assert again["number"] == 2
    assert city.refused(figures, "withdraw", "1", "--reason", "误报") == "statement-stands"
    assert city.refused(figures, "withdraw", "9", "--reason", "误报") == "statement-unknown"
    city.told(figures, "withdraw", "2", "--reason", "误报")
    rows = city.told(figures, "list")
    assert [(one["number"], one["withdraws"]) for one in rows] == [(1, None), (2, None), (3, 2)]
    assert city.type(figures, "publish", "--month", "2026-13").exit_code == 2
    by_name = Typing(city.settings.model_copy(update={"account_key": None}), city.books)
    person = registrar(both.city.books.desk).person
    rule = by_name.refused(figures, "publish", "--month", OCTOBER, "--as", person)
    assert rule == "identity-proven"


def test_nothing_is_stated_while_board_and_facts_disagree(both: Both) -> None:
    """Two counts, each by its own code: where the board was written to, publishing stops."""
    here = Here(both.at_city.settings, both.at_city.books)
    boards = here.boards()
    with boards.engine.begin() as connection:
        connection.execute(text("UPDATE board_measure_sums SET denominator = 7"))
    boards.close()
    (no,) = both.at_city.told(figures, "publish", "--month", OCTOBER, status=1)
    assert no["rule"] == "figures-differ"
    assert both.at_city.told(figures, "list") == []


def test_a_province_pulls_only_from_hosts_that_are_named(both: Both, tmp_path: Path) -> None:
    settings = both.at_province.settings.model_copy(update={"city_hosts": "", "city_inner": False})
    strict = Typing(settings, both.at_province.books)
    both.at_city.told(figures, "publish", "--month", OCTOBER)
    add = ("city", "add", "广州市", both.city.key)
    for url in (both.city.url, "https://169.254.169.254/log/", "https://log.gz.gov.cn/log/"):
        assert strict.refused(province, *add, url) == "city-address"
    assert strict.refused(province, "city", "add", "广州市", "no key") == "city-key-malformed"
    strict.told(province, *add)
    assert strict.refused(province, *add) == "city-name-held"
    assert strict.refused(province, "city", "add", "佛山市", both.city.key) == "city-key-held"
    assert strict.told(province, "pull") == []
    rule = strict.refused(province, "city", "address", "广州市", both.city.url, "--reason", "启用")
    assert rule == "city-address"
    both.at_province.told(province, "city", "address", "广州市", both.city.url, "--reason", "启用")
    (pulled,) = strict.told(province, "pull", status=1)
    assert pulled["trouble"] == "https-only"
    both.at_province.told(province, "city", "remove", "广州市", "--reason", "试点结束")
    assert both.at_province.told(province, "pull") == []
    assert both.at_province.refused(province, "city", "remove", "佛山市", "--reason", "x") == (
        "city-not-found"
    )
