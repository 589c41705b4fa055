"""`jiedui submit` answers every line, whatever the line: recorded, refused by rule, or not now."""

import json
from pathlib import Path
from typing import Any

import pytest

from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from services.submitting import submit_script
from tests.journeys.district import REGISTRATION, District
from tests.journeys.installation import installed

Told = list[dict[str, Any]]


@pytest.fixture
async def office(tmp_path: Path) -> Any:
    async with installed(tmp_path / "home", running=False) as here:
        yield here.gateway, await District.found(here.gateway)


def register(district: District, **changes: Any) -> dict[str, Any]:
    """Return an order that registers a new task; *changes* are of its command."""
    return {
        "stream": f"task/{new_uuid7()}",
        "command_id": f"line/{new_uuid7()}",
        "by": district.people["center"]["person"],
        "command": {"kind": "register_task", **REGISTRATION, **changes},
    }


async def submitted(gateway: Gateway, script: bytes) -> Told:
    return [result async for _, result in submit_script(gateway, script)]


def text_of(*orders: Any) -> str:
    return "\n".join(
        one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in orders
    )


@pytest.mark.parametrize(
    ("encoding", "ending"),
    [
        ("utf-8", "\n"),
        ("utf-8", "\r\n"),
        ("utf-8-sig", "\n"),
        ("utf-16", "\r\n"),
        ("gb18030", "\n"),
    ],
)
async def test_a_script_is_read_as_editors_write_it(
    office: Any, encoding: str, ending: str
) -> None:
    gateway, district = office
    orders = [register(district, text=f"第{n}户楼道缺扶手。") for n in range(3)]
    script = text_of(*orders).replace("\n", ending) + ending
    told = await submitted(gateway, script.encode(encoding))
    assert [result["outcome"] for result in told] == ["recorded"] * 3
    assert [result["stream"] for result in told] == [order["stream"] for order in orders]


async def test_a_line_separator_within_a_text_ends_no_line(office: Any) -> None:
    gateway, district = office
    told = await submitted(gateway, text_of(register(district, text="一\u2028二")).encode())
    assert [result["outcome"] for result in told] == ["recorded"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an integer nobody can hold": ({"ad_hoc": 10**400}, "order-malformed"),
    "an instant of the year one": (
        {"occurred_at": "0001-01-01T00:00:00+08:00"},
        "command-malformed",
    ),
    "a resident named otherwise": ({"requester": "AAA", "name": "陈"}, "command-malformed"),
    "a resident who is a unit": (
        {"requester": "unit/440106-MZJ", "name": "陈"},
        "command-malformed",
    ),
    "a text for a flag": ({"ad_hoc": "yes"}, "command-malformed"),
    "a number for a flag": ({"ad_hoc": 1}, "command-malformed"),
    "a flag for a text": ({"matter": True}, "command-malformed"),
    "a number for a text": ({"matter": 7}, "command-malformed"),
    "a mobile number in the clear": ({"matter": "13800138000"}, "no-personal-data"),
    "no number": ({"ad_hoc": float("nan")}, "order-malformed"),
}


@pytest.mark.parametrize("what", BAD)
async def test_what_is_wrong_with_one_line_is_told_on_that_line(office: Any, what: str) -> None:
    """The lines before and after it are recorded; nothing hangs, nothing is left untold."""
    gateway, district = office
    changes, rule = BAD[what]
    bad = register(district)
    bad |= {name: value for name, value in changes.items() if name == "occurred_at"}
    bad["command"] |= {name: value for name, value in changes.items() if name != "occurred_at"}
    told = await submitted(gateway, text_of(register(district), bad, register(district)).encode())
    assert [result["outcome"] for result in told] == ["recorded", "refused", "recorded"]
    assert told[1]["rule"] == rule


async def test_a_term_in_the_year_one_hangs_nobody(office: Any) -> None:
    gateway, district = office
    draft = {
        "stream": f"pairing/{new_uuid7()}",
        "command_id": "draft",
        "by": district.people["center"],
        "command": {
            "kind": "draft_pairing",
            "center": "440106003-PSC",
            "departments": ["440106-MZJ"],
            "street": "440106003-SO",
            "categories": ["ELDER"],
            "title": "沙河",
            "term_start": "0001-01-01T00:00:00+08:00",
            "term_end": "2028-01-01T00:00:00+08:00",
        },
    }
    script = text_of(register(district), draft, register(district))
    told = await submitted(gateway, script.encode())
    assert [result["outcome"] for result in told] == ["recorded", "refused", "recorded"]
    assert told[1]["rule"] == "command-malformed"


async def test_a_key_that_stands_twice_is_no_order(office: Any) -> None:
    gateway, district = office
    line = text_of(register(district)).replace('"kind"', '"kind": "fly", "kind"', 1)
    told = await submitted(gateway, line.encode())
    assert [result["rule"] for result in told] == ["order-malformed"]
    assert "twice" in told[0]["english"]


@pytest.mark.parametrize("grade", [True, "5", 5.0, None, [5]])
async def test_a_grade_is_an_integer_and_nothing_that_looks_like_one(
    office: Any, grade: object
) -> None:
    gateway, district = office
    task = await district.task_in_progress(gateway)
    rating = {
        "stream": task,
        "command_id": "rate",
        "by": district.people["center"]["person"],
        "command": {"kind": "rate_task", "grade": grade},
    }
    (told,) = await submitted(gateway, text_of(rating).encode())
    assert (told["outcome"], told["rule"]) == ("refused", "command-malformed")


async def test_a_fault_in_one_case_leaves_no_other_line_untold(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway, district = office
    orders = [register(district) for _ in range(3)]
    faulty, whole = orders[1]["stream"], gateway.desk.record_now

    def record(stream: str, askings: Any) -> Any:
        if stream == faulty:
            raise ZeroDivisionError
        return whole(stream, askings)

    monkeypatch.setattr(gateway.desk, "record_now", record)
    told = await submitted(gateway, text_of(*orders).encode())
    assert [result["outcome"] for result in told] == ["recorded", "not-now", "recorded"]
    monkeypatch.undo()
    again = await submitted(gateway, text_of(*orders).encode())
    assert [result["repeated"] for result in again] == [True, False, True]


async def test_what_is_no_text_is_refused_as_a_file(office: Any) -> None:
    from domain.refusals import CommandRefused

    with pytest.raises(CommandRefused) as refusal:
        await submitted(office[0], b"\xff\xfe\x00")
    assert refusal.value.rule == "unknown-encoding"
