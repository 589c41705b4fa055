"""Every statement a province does not take: the rule that says no, and nothing recorded."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from domain.refusals import CommandRefused
from publishing.rotating import rotate
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
from transparency.keys import COSIGNATURE_V1, ED25519, SigningKey, load_key
from transparency.notes import Note, read_note
from transparency.statements import SUFFIX, StatedFigure, Statement, digest_of, read_statement


@dataclass
class Two:
    city: CityHome
    other: CityHome
    province: ProvinceHome

    def forged(self, statement: Statement, key: SigningKey | None = None) -> bytes:
        """Return *statement* signed with the city's own key, as whoever holds it could."""
        key = key or load_key(self.city.settings.log_key_path)
        text = statement.text
        return Note(text, (key.sign(text),)).encoded()

    def refused(self, data: bytes, *kinds: str) -> CommandRefused:
        """Return the refusal of *data*; only facts of *kinds* were recorded."""
        before = self.province.kinds("广州市")
        with pytest.raises(CommandRefused) as refusal:
            self.province.service.take(data)
        assert self.province.kinds("广州市") == [*before, *kinds]
        return refusal.value


@contextmanager
def two_of_them(folder: Path) -> Iterator[Two]:
    """Found two cities; the province holds both and took the first one's October."""
    clock = Clock(IN_OCTOBER)
    with ExitStack() as stack:
        city = stack.enter_context(a_city(folder / "gz", "广州市", "gz.example.org/log", clock))
        other = stack.enter_context(a_city(folder / "zh", "珠海市", "zh.example.org/log", clock))
        city.handled()
        clock.now = IN_NOVEMBER
        province = stack.enter_context(a_province(folder / "gd", clock))
        for one in (city, other):
            one.publish()
            province.add(one, url=None)
        province.service.take(city.file(1))
        city.publish("2026-09")  # served, and not yet taken
        yield Two(city, other, province)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """For tests that leave nothing on record."""
    with two_of_them(tmp_path_factory.mktemp("two")) as found:
        yield found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Two]:
    """For tests that record."""
    with two_of_them(tmp_path) as found:
        yield found


def stated(two: Two, number: int = 2) -> Statement:
    return read_statement(read_note(two.city.file(number)))


def bad_figures(one: Statement, **changes: Any) -> Statement:
    figure = replace(one.figures[0], **changes)
    return replace(one, figures=(figure, *one.figures[1:]))


WRONG: dict[str, tuple[str, Callable[[Statement], Statement]]] = {
    "a numerator above its denominator": (
        "figure-above-line",
        lambda one: bad_figures(one, numerator=8, denominator=7),
    ),
    "a figure twice": (
        "figure-once",
        lambda one: replace(one, figures=(*one.figures, one.figures[0])),
    ),
    "counted beyond the checkpoint": (
        "statement-position",
        lambda one: replace(one, position=one.stated.size),
    ),
    "a month twice, with other figures": (
        "month-stated-twice",
        lambda one: bad_figures(replace(one, month=OCTOBER), numerator=0),
    ),
    "a month that replaces another statement than the one that stands": (
        "month-stated-twice",
        lambda one: replace(one, month=OCTOBER, replaces=7, reason="更正"),
    ),
    "a month that is not over": (
        "stated-month-over",
        lambda one: replace(one, month="2026-11"),
    ),
    "a number that leaves one out": (
        "statement-in-order",
        lambda one: replace(one, number=3),
    ),
    "a withdrawal of what does not stand": (
        "nothing-to-withdraw",
        lambda one: replace(one, figures=(), position=None, withdraws=7, reason="误报"),
    ),
    "a withdrawal without a reason": (
        "statement-whole",
        lambda one: replace(one, figures=(), position=None, withdraws=1, month=OCTOBER),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused_though_the_city_signed_it(two: Two, case: str) -> None:
    rule, change = WRONG[case]
    assert two.refused(two.forged(change(stated(two)))).rule == rule


def test_tampered_figures_are_nobodys(two: Two) -> None:
    data = two.city.file(2)
    tampered = data.replace(b"return_rate@1 0/", b"return_rate@1 1/", 1)
    assert tampered != data
    assert two.refused(tampered).rule == "statement-unsigned"


def test_a_strangers_key_of_the_citys_name_is_nobodys(two: Two) -> None:
    stranger = SigningKey.generate("gz.example.org/log", ED25519)
    assert two.refused(two.forged(stated(two), stranger)).rule == "statement-unsigned"


def test_another_citys_key_is_named(two: Two) -> None:
    foreign = load_key(two.other.settings.log_key_path)
    refusal = two.refused(two.forged(stated(two), foreign))
    assert refusal.rule == "statement-foreign-key"
    assert "珠海市" in refusal.chinese


def test_a_checkpoint_that_the_city_did_not_sign_is_refused(two: Two) -> None:
    foreign = load_key(two.other.settings.log_key_path)
    one = stated(two)
    checkpoint = Note(one.checkpoint.text, (foreign.sign(one.checkpoint.text),))
    refusal = two.refused(two.forged(replace(one, checkpoint=checkpoint)))
    assert refusal.rule == "statement-unwitnessed"


def test_too_few_witnesses_are_refused_where_the_province_asks_for_them(fresh: Two) -> None:
    """The city is held anew, with a policy of one witness, who has seen nothing."""
    service, who, city = fresh.province.service, fresh.province.who(), fresh.city
    witness = SigningKey.generate("archives.example.org/witness", COSIGNATURE_V1)
    policy = f"witness archives {witness.verifier.vkey}\nquorum archives\n"
    service.remove(who, service.named("广州市"), "改为须有见证")
    service.add(who, "广州市", city.key, None, OCTOBER, policy)
    one = stated(fresh, 1)
    with pytest.raises(CommandRefused, match="statement-unwitnessed"):
        service.take(city.file(1))
    seen = one.checkpoint.with_signatures(witness.cosign(one.checkpoint.text, IN_NOVEMBER))
    assert service.take(fresh.forged(replace(one, checkpoint=seen))).number == 1
    with pytest.raises(CommandRefused, match="city-policy-malformed"):
        service.add(who, "佛山市", city.key, None, OCTOBER, "quorum nobody\n")


def test_a_log_nobody_knows_is_refused(two: Two) -> None:
    key = SigningKey.generate("far.example.org/log", ED25519)
    one = stated(two)
    text = one.checkpoint.text.replace("gz.example.org", "far.example.org")
    far = replace(one, origin="far.example.org/log", checkpoint=Note(text, (key.sign(text),)))
    assert two.refused(two.forged(far, key)).rule == "city-of-log-unknown"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", "指标报表\n\n— a b\n".encode()])
def test_what_is_no_statement_is_refused(two: Two, data: bytes) -> None:
    assert two.refused(data).rule == "statement-malformed"


def test_a_checkpoint_is_no_statement_and_a_statement_no_checkpoint(two: Two) -> None:
    """One key signs both: neither is ever taken for the other."""
    from transparency.checkpoints import read_checkpoint, read_stream_head
    from transparency.notes import NoteMalformed

    checkpoint = two.city.statements.publisher.folder.published()
    assert checkpoint is not None
    assert two.refused(checkpoint.encoded()).rule == "statement-malformed"
    note = read_note(two.city.file(2))
    for read in (read_checkpoint, read_stream_head):
        with pytest.raises(NoteMalformed):
            read(note)
    assert note.text.split("\n")[0] == "gz.example.org/log" + SUFFIX


# What the city's own key signed and contradicts the record is kept.


def test_what_contradicts_is_kept_and_what_is_good_is_taken_all_the_same(fresh: Two) -> None:
    again = fresh.forged(bad_figures(stated(fresh, 1), numerator=0))
    assert fresh.refused(again, "city_alarm_raised.v1").rule == "two-statements"
    assert fresh.refused(again).rule == "two-statements"  # kept already
    broken = fresh.forged(replace(stated(fresh), previous=digest_of("another")))
    assert fresh.refused(broken, "city_alarm_raised.v1").rule == "series-broken"
    one = stated(fresh)
    elsewhere = fresh.forged(replace(one, proof=(bytes(32), *one.proof[1:])))
    assert fresh.refused(elsewhere, "city_alarm_raised.v1").rule == "two-histories"
    alarms = fresh.province.service.named("广州市").city.alarms
    assert [alarm.number for alarm in alarms] == [1, 2, 3]

    taken = fresh.province.service.take(fresh.city.file(2))
    assert (taken.number, taken.month) == (2, "2026-09")
    assert fresh.province.service.take(fresh.city.file(2)).repeated

    supervisor, known = fresh.province.who("SUPERVISOR"), fresh.province.service.named("广州市")
    fresh.province.service.settle(supervisor, known, 2, "测试报送，已核实")
    with pytest.raises(CommandRefused, match="alarm-unknown"):
        fresh.province.service.settle(supervisor, known, 2, "再了结一次")


def test_an_unknown_figure_is_carried_and_named_by_its_code(fresh: Two) -> None:
    """A city may run a newer program: what it states and we do not know is shown all the same."""
    figure = StatedFigure("struck_off_rate@1", 3, 4, 0, "销号率")
    fresh.province.service.take(fresh.forged(replace(stated(fresh), figures=(figure,))))
    (total,) = fresh.province.month("2026-09").totals
    assert (total.code, total.name[0], total.percent) == (
        "struck_off_rate@1",
        "struck_off_rate@1",
        "75.0%",
    )


def test_what_a_city_means_otherwise_is_shown_apart_and_not_added(fresh: Two) -> None:
    figure = replace(stated(fresh).figures[0], numerator=1, denominator=9, meaning="另一种口径")
    fresh.province.service.take(fresh.forged(replace(stated(fresh), figures=(figure,))))
    fresh.other.publish("2026-09")
    for number in (1, 2):
        fresh.province.service.take(fresh.other.file(number))
    total = fresh.province.month("2026-09").totals[0]
    assert total.apart == ("广州市",)
    assert (total.numerator, total.denominator) == (0, 0)


def test_a_replaced_key_is_believed_no_more_and_the_series_goes_on(fresh: Two) -> None:
    service, city = fresh.province.service, fresh.city
    old = city.file(2)
    publisher = city.statements.publisher
    new, _ = asyncio.run(rotate(publisher, "年度更换", city.by()))
    city.publish("2026-08")
    assert fresh.refused(city.file(3)).rule == "statement-unsigned"  # nobody told the province
    service.replace_key(fresh.province.who(), service.named("广州市"), new.vkey, "年度更换")
    assert fresh.refused(old).rule == "statement-old-key"
    for number in (2, 3):  # number 2 is served with both signatures now
        service.take(city.file(number))
    assert [one.number for one in service.named("广州市").city.statements] == [1, 2, 3]
