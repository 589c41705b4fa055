"""Three cities state a month: one is late, one withdraws, one tries to have two histories."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.province.words import CityAlarmGround, StatementStanding
from domain.refusals import CommandRefused
from services.pulling import LogLook
from tests.province.stage import (
    IN_NOVEMBER,
    IN_OCTOBER,
    OCTOBER,
    TOO_LATE,
    CityHome,
    Clock,
    ProvinceHome,
    a_city,
    a_province,
)
from transparency.checkpoints import read_checkpoint
from transparency.keys import VerifierKey
from transparency.notes import read_note
from transparency.proofs import verify_consistency
from transparency.statements import read_statement


@dataclass
class Three:
    guangzhou: CityHome
    zhuhai: CityHome
    foshan: CityHome
    province: ProvinceHome
    clock: Clock


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    """In October they work; then it is the third of November, and their logs are served."""
    clock = Clock(IN_OCTOBER)
    with ExitStack() as stack:
        homes = [
            stack.enter_context(a_city(tmp_path / code, name, f"{code}.example.org/log", clock))
            for code, name in (("gz", "广州市"), ("zh", "珠海市"), ("fs", "佛山市"))
        ]
        for city, contacted, waiting in zip(homes, (2, 1, 1), (1, 0, 2), strict=True):
            for _ in range(contacted):
                city.handled()
            for _ in range(waiting):
                city.handled(contacted=False)
            stack.enter_context(city.served())
        clock.now = IN_NOVEMBER
        province = stack.enter_context(a_province(tmp_path / "gd", clock))
        yield Three(*homes, province, clock)


def rewritten(city: CityHome, tmp_path: Path) -> CityHome:
    """Do what whoever holds a city's ledger and key can do: begin its log again, under its key.

    The signer refuses to sign another history while either memory is there, so both are gone.
    """
    aside = tmp_path / "rewritten"
    with a_city(aside, city.name, "elsewhere.example.org/log", Clock(IN_OCTOBER)) as other:
        for _ in range(9):
            other.handled()
        other.statements.publisher.keyring.file.unlink(missing_ok=True)
        shutil.copy(city.settings.log_key_path, aside / "keys" / "log.key")
        settings = other.settings.model_copy(update={"log_origin": None})
        other.books.ledger.clock = Clock(IN_NOVEMBER)
        from services.statements import CityStatements

        other.statements = CityStatements(settings, other.books)
        other.publish()
    for part in ("tile", "checkpoints", "statements"):
        shutil.rmtree(city.settings.log_path / part)
        shutil.copytree(aside / "log" / part, city.settings.log_path / part)
    shutil.copy(aside / "log" / "checkpoint", city.settings.log_path / "checkpoint")
    return city


def test_the_roll_up_is_the_sum_by_hand(three: Three) -> None:
    """2 of 2, 1 of 1 and 1 of 1 contacted in time; 3, 1 and 3 dispatched, none returned."""
    for city in (three.guangzhou, three.zhuhai, three.foshan):
        city.publish()
        three.province.add(city)
    pulled = three.province.pull()
    assert {name: len(one.taken) for name, one in pulled.items()} == {
        "广州市": 1,
        "珠海市": 1,
        "佛山市": 1,
    }
    assert {one.log for one in pulled.values()} == {LogLook.AGREES}
    totals = {one.code: one for one in three.province.month().totals}
    response, returned = totals["response_rate@1"], totals["return_rate@1"]
    assert (response.numerator, response.denominator) == (4, 4)
    assert (returned.numerator, returned.denominator) == (0, 7)
    assert {one.city: one.figure.denominator for one in returned.shares} == {
        "广州市": 3,
        "珠海市": 1,
        "佛山市": 3,
    }
    again = three.province.pull()
    assert [one.taken for one in again.values()] == [(), (), ()]


def test_late_missing_and_withdrawn_are_said(three: Three) -> None:
    for city in (three.guangzhou, three.zhuhai, three.foshan):
        city.statements.publisher.signer.sign(three.clock())
        three.province.add(city)
    three.guangzhou.publish()
    three.province.pull()
    month = three.province.month()
    assert month.of(StatementStanding.ON_TIME) == ("广州市",)
    assert set(month.of(StatementStanding.AWAITED)) == {"珠海市", "佛山市"}

    three.clock.now = TOO_LATE
    assert set(three.province.month().of(StatementStanding.MISSING)) == {"珠海市", "佛山市"}
    three.foshan.publish()
    three.guangzhou.withdraw(1, "漏计一个街道")
    three.province.pull()
    month = three.province.month()
    assert month.of(StatementStanding.LATE) == ("佛山市",)
    assert month.of(StatementStanding.MISSING) == ("珠海市",)
    assert month.of(StatementStanding.WITHDRAWN) == ("广州市",)
    (returned,) = [one for one in month.totals if one.code == "return_rate@1"]
    assert [one.city for one in returned.shares] == ["佛山市"]

    stated = three.guangzhou.publish()
    assert (stated.number, stated.replaces) == (3, None)
    three.province.pull()
    month = three.province.month()
    assert month.of(StatementStanding.ON_TIME) == ("广州市",)  # it was first stated in time
    assert three.province.kinds("广州市") == [
        "city_added.v1",
        "statement_taken.v1",
        "withdrawal_taken.v1",
        "statement_taken.v1",
    ]


def test_a_city_that_tries_to_have_two_histories_is_refused_with_evidence(
    three: Three, tmp_path: Path
) -> None:
    city, province = three.foshan, three.province
    city.publish()
    province.add(city)
    province.pull()
    kept = province.service.named("佛山市").city
    rewritten(city, tmp_path)

    pulled = province.pull()["佛山市"]
    assert pulled.refused is not None
    assert pulled.refused.rule == "two-statements"
    assert "佛山市" in pulled.refused.chinese
    assert pulled.log is LogLook.CONTRADICTS
    after = province.service.named("佛山市").city
    assert after.statements == kept.statements  # nothing of the second history was taken
    assert [one.ground for one in after.alarms] == [
        CityAlarmGround.SAME_NUMBER,
        CityAlarmGround.CHECKPOINTS,
    ]
    assert len(province.pull()["佛山市"].taken) == 0
    assert len(province.service.named("佛山市").city.alarms) == 2  # known already: no news

    # The evidence convinces a stranger who has the city's key and nothing of the province's.
    key, known = VerifierKey.parse(city.key), province.service.named("佛山市")
    two = province.service.evidence_of(known, after.alarms[0].version)
    notes = [read_note(two[name].encode()) for name in ("known", "shown")]
    assert all(key.signed(note) for note in notes)
    assert [read_statement(note).number for note in notes] == [1, 1]
    assert notes[0].text != notes[1].text

    fork = province.service.evidence_of(known, after.alarms[1].version)
    held = read_statement(read_note(fork["known"].encode())).stated
    shown_note = read_note(fork["shown"].encode())
    shown = read_checkpoint(shown_note)
    assert key.signed(shown_note)
    proof = [bytes.fromhex(one) for one in fork["proof"]]
    other = bytes.fromhex(fork["other_root"])
    verify_consistency(held.size, other, shown.size, shown.root, proof)
    assert other != held.root

    month = province.month()
    (row,) = month.rows
    assert len(row.alarms) == 2


def test_a_rewritten_log_is_found_before_it_states_anything(three: Three, tmp_path: Path) -> None:
    city, province = three.foshan, three.province
    city.publish()
    province.add(city)
    province.pull()
    kept = city.file(1)
    rewritten(city, tmp_path)
    (city.settings.log_path / "statements" / "1").write_bytes(kept)
    pulled = province.pull()["佛山市"]
    assert (pulled.refused, pulled.log) == (None, LogLook.CONTRADICTS)
    assert [one.ground for one in province.service.named("佛山市").city.alarms] == [
        CityAlarmGround.CHECKPOINTS
    ]


def test_tiles_that_do_not_lead_to_the_checkpoint_accuse_nobody(three: Three) -> None:
    """Whoever serves a city's folder, or stands on the way, cannot make an alarm of it."""
    city, province = three.foshan, three.province
    city.publish()
    province.add(city)
    province.pull()
    city.handled()
    asyncio.run(city.statements.publisher.publish())
    assert province.pull()["佛山市"].log is LogLook.AGREES
    tiles = (city.settings.log_path / "tile" / "0").rglob("000.p/*")
    tile = max(tiles, key=lambda one: int(one.name))
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    pulled = province.pull()["佛山市"]
    assert (pulled.log, pulled.trouble) == (LogLook.NOT_LOOKED, "log-unreadable")
    assert province.service.named("佛山市").city.alarms == ()


def test_the_citys_own_signer_refuses_first(three: Three) -> None:
    """While one of its memories is there, a rewritten ledger gets no signature at all."""
    from publishing.signer import SigningRefused
    from tests.publishing.stage import rewrite

    three.foshan.publish()
    rewrite(three.foshan.settings.home, "DELETE FROM entries WHERE position > 3")
    with pytest.raises(SigningRefused, match="ledger-shorter"):
        three.foshan.publish("2026-09")


def test_another_citys_signature_is_refused_by_name(three: Three) -> None:
    for city in (three.guangzhou, three.zhuhai):
        city.publish()
        three.province.add(city, url=None)
    at_zhuhai = three.province.service.named("珠海市").stream
    with pytest.raises(CommandRefused) as refusal:
        three.province.service.take(three.guangzhou.file(1), at_zhuhai)
    assert refusal.value.rule == "statement-foreign-key"
    assert "由广州市的密钥签名" in refusal.value.chinese
    assert three.province.kinds("珠海市") == ["city_added.v1"]
    taken = three.province.service.take(three.guangzhou.file(1))
    assert (taken.city, taken.month) == ("广州市", OCTOBER)
    assert json.loads(json.dumps(vars(taken)))["repeated"] is False
