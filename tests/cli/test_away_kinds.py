"""Every kind of case at a server far away: begun, listed, shown, told and taken a step on."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import PREFIX, create_api
from desk.identifiers import new_uuid7
from services.case_lists import PLURALS
from serving.listening import listening, serving
from tests import accounts
from tests.cli.test_away import key_of
from tests.cli.test_command_line import jiedui
from tests.console.caterers import a_caterer, code_of
from tests.console.conftest import OTHER_STREET, Office, engage, office
from tests.console.pilots import CRITERIA, GOALS, a_pilot
from tests.facilities import COMMUNITY, OTHER_COMMUNITY, proposal, settle, site
from tests.journeys.district import STREET, order

__all__ = ["office"]

BEGINNINGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "finding": (
        "W01",
        "record",
        {
            "level": "COMMUNITY",
            "place": COMMUNITY,
            "indicator": "ELDER_FACILITY",
            "value": 3,
            "evidence": "现场查看",
            "found_at": "2026-11-02",
            "source": "CHECKUP",
        },
    ),
    "site": ("D01", "register", site()),
    "facility": ("D01", "propose", proposal("site/…")),
    "provider": (
        "B01",
        "apply-for-admission",
        {
            "name": "好饭助餐公司（测试）",
            "provider_kind": "ENTERPRISE",
            "credit_code": code_of("MADEUP009"),
            "categories": ["MEAL"],
            "areas": ["440106003"],
            "licences": [
                {"licence": "BUSINESS", "number": "GS-9"},
                {"licence": "FOOD", "number": "JY-9", "valid_until": "2031-12-31T16:00:00Z"},
            ],
            "prices": [{"item": "午餐", "per": "份", "cents": 1500}],
            "contact": "联系人测试",
        },
    ),
    "programme": (
        "B01",
        "draft",
        {
            "title": "社区嵌入式服务设施试点",
            "level": "DISTRICT",
            "place": "440106",
            "quota": 2,
            "apply_from": "2026-12-01",
            "apply_until": "2030-12-09",
            "build_until": "2031-03-01",
            "criteria": CRITERIA,
            "goals": GOALS,
        },
    ),
}
"""By whom a case of each kind is begun, by which subcommand, with what."""

STEPS = {
    "finding": (
        "W01",
        "measure-again",
        {"value": 2, "measured_at": "2026-11-03", "evidence": "复查"},
    ),
    "site": ("D01", "revise", {"condition": "USABLE", "reason": "腾空"}),
    "facility": ("O01", "drop", {"reason": "另有安排"}),
    "provider": ("B01", "take-up-application", {}),
    "programme": ("O01", "open-call", {}),
}
"""A next step of each."""


def words_of(fields: dict[str, Any]) -> list[str]:
    """Return fields as somebody types them: lists one by one, what has parts as JSON."""
    words = []
    for name, value in fields.items():
        if name == "kind":
            continue
        for one in value if isinstance(value, list) else [value]:
            text = json.dumps(one, ensure_ascii=False) if isinstance(one, dict) else str(one)
            words += [f"--{name.replace('_', '-')}", text]
    return words


async def test_every_kind_of_case_is_worked_on_far_away(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pilot(office)
    a_caterer(office)
    empty, desk = tmp_path / "elsewhere", office.town.books.desk
    keys = {number: key_of(office, number, tmp_path) for number in ("W01", "D01", "B01", "O01")}
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    begun: dict[str, str] = {}
    async with serving(app, listening("127.0.0.1:0")) as url:
        monkeypatch.setenv("JIEDUI_URL", url)

        async def run(number: str, *words: str) -> list[dict[str, Any]]:
            done = await asyncio.to_thread(jiedui, empty, "--key", str(keys[number]), *words)
            assert done.returncode == 0, (words, done.stderr)
            return [json.loads(line) for line in done.stdout.splitlines() if "--json" in words]

        assert set(BEGINNINGS) == set(PLURALS)
        for category in ("finding", "site", "facility", "provider", "programme"):
            number, word, fields = BEGINNINGS[category]
            fields = fields | ({"site": begun["site"]} if category == "facility" else {})
            (receipt,) = await run(number, category, word, *words_of(fields), "--json")
            begun[category] = stream = receipt["stream"]
            settle(desk, stream)
            (listed,) = await run(number, category, "list", "--json")
            assert (listed["stream"], listed["category"]) == (stream, category)
            (shown,) = await run(number, category, "show", stream, "--json")
            assert shown[category]["title"] == listed["title"]
            taker, step, more = STEPS[category]
            await run(taker, category, step, stream, *words_of(more))
            told = await run(number, category, "history", stream, "--json")
            kinds = [one.kind for one in office.town.books.ledger.read(stream)]
            assert [one["kind"] for one in told] == kinds
            assert all(one["sentence"] != one["sentence_en"] for one in told)
            assert len(kinds) >= 2
    assert not list(empty.glob("*.db*"))


async def test_lists_of_every_kind_are_the_same_far_away_and_here(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pilot(office).drafted()
    empty, key = tmp_path / "elsewhere", key_of(office, "B01", tmp_path)
    for title, place in (("旧粮站", OTHER_COMMUNITY), ("旧邮政所", COMMUNITY)):
        by = {"person": office.person("D01"), "unit": STREET, "role": "STREET_DISPATCHER"}
        office.town.give(order(f"site/{new_uuid7()}", by=by, **site(place, title=title)))
    asked = [
        ("programme", "list", "--json"),
        ("site", "list"),
        ("site", "list", "--json", "--sort", "title", "--size", "1", "--page", "2"),
        ("site", "list", "--place", COMMUNITY, "--open"),
        ("site", "list", "--search", "粮站", "--holder", STREET, "--json"),
        ("task", "levels"),
        ("unit", "list", "--json"),
    ]
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with serving(app, listening("127.0.0.1:0")) as url:
        for words in asked:
            here = await asyncio.to_thread(jiedui, tmp_path, "--key", str(key), *words)
            assert here.returncode == 0, here.stderr
            with monkeypatch.context() as patch:
                patch.setenv("JIEDUI_URL", url)
                away = await asyncio.to_thread(jiedui, empty, "--key", str(key), *words)
            assert (away.returncode, away.stdout, away.stderr) == (0, here.stdout, here.stderr)
            assert here.stdout
    assert not list(empty.glob("*.db*"))


async def test_somebody_with_several_posts_sees_and_does_what_any_of_them_may(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = office.town.task()
    number = office.number_of(task)
    engage(office, "X01", "CALLBACK_AGENT", OTHER_STREET)
    second = {"role": "STREET_DISPATCHER", "unit": STREET}
    accounts.enter(office.town.books.desk, office.person("X01"), "grant_role", **second)
    key, empty = key_of(office, "X01", tmp_path), tmp_path / "elsewhere"
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    triage = ("task", "triage", number, "--urgency", "一般", "--duty-class", "配合履职")
    async with serving(app, listening("127.0.0.1:0")) as url:
        monkeypatch.setenv("JIEDUI_URL", url)
        for words in (("task", "list"), triage, ("task", "show", number)):
            done = await asyncio.to_thread(jiedui, empty, "--key", str(key), *words)
            assert done.returncode == 0, done.stderr
            assert number in done.stdout
    triaged = office.town.books.ledger.read(task)[-1]
    assert (triaged.by.person, triaged.by.role) == (office.person("X01"), "STREET_DISPATCHER")
