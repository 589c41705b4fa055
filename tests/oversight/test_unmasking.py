"""What is sealed opens for one person, for one case, for a time, and never unrecorded."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.refusals import CommandRefused
from domain.sealed import Sealed, sealed_in
from services.erasing import erase_subject
from services.unmasking import DAMAGED, ERASED, FieldOpening, openings_for, under_grant
from tests.accounts import BY_KEY
from tests.oversight.test_erasing import officer
from tests.oversight.town import GRANDMOTHER, Town
from vault.vault import Vault


def framed(*parts: bytes) -> bytes:
    """Return *parts* each after its length in 8 bytes, as the bundle's format says it."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def digest_by_stranger(opening: Any) -> str:
    """Return the digest of an opening as somebody computes it who has the standard library only."""
    parts = framed(opening.holder.encode(), opening.item.encode(), opening.plaintext)
    return hmac.new(opening.key, parts, hashlib.sha256).hexdigest()


def sealed_of(town: Town, task: str) -> dict[str, Sealed]:
    return dict(sealed_in(town.books.ledger.read(task)[0].fact))


def texts(openings: list[FieldOpening]) -> dict[str, str]:
    return {one.field: one.plaintext.decode() for one in openings}


async def test_a_grant_opens_every_field_of_its_case_and_records_each_first(
    either_town: Town,
) -> None:
    town = either_town
    task = town.task()
    grant = town.grant(task)
    openings = openings_for(town.books, grant, town.person("auditor"), task, BY_KEY)
    assert texts(openings) == GRANDMOTHER
    assert town.kinds(grant) == ["unmasking_granted.v1"] + ["field_unmasked.v1"] * 4
    used = town.books.ledger.read(grant)[1:]
    assert {(entry.fact["holder"], entry.fact["item"], entry.fact["field"]) for entry in used} == {
        (one.holder, one.item, one.field) for one in openings
    }
    assert all(entry.by.person == town.person("auditor") for entry in used)


async def test_a_stranger_checks_an_opening_with_the_standard_library(town: Town) -> None:
    """The digest that the entry holds follows from the opening, and from no other text or key."""
    task = town.task()
    stated = {sealed.item: sealed.digest for sealed in sealed_of(town, task).values()}
    openings = openings_for(town.books, town.grant(task), town.person("auditor"), task, BY_KEY)
    for opening in openings:
        assert digest_by_stranger(opening) == stated[opening.item]
    assert len({opening.key for opening in openings}) == len(openings)
    phone, name = (next(o for o in openings if o.field == f) for f in ("phone", "name"))
    assert phone.holder == name.holder
    mixed = FieldOpening(0, 1, "name", name.holder, name.item, phone.key, name.plaintext)
    assert digest_by_stranger(mixed) != stated[name.item]


async def test_one_field_can_be_given_and_the_others_stay_sealed(town: Town) -> None:
    task = town.task()
    grant = town.grant(task)
    (opening,) = openings_for(town.books, grant, town.person("auditor"), task, BY_KEY, ["phone"])
    assert opening.plaintext.decode() == GRANDMOTHER["phone"]
    assert [entry.fact["field"] for entry in town.books.ledger.read(grant)[1:]] == ["phone"]
    assert GRANDMOTHER["phone"] not in repr(opening)
    assert opening.key.hex() not in repr(opening)
    with pytest.raises(CommandRefused) as refused:
        openings_for(town.books, grant, town.person("auditor"), task, BY_KEY, ["phone", "wish"])
    assert refused.value.rule == "field-unknown"


@pytest.mark.parametrize(
    ("who", "rule"),
    [("second_auditor", "grantee-only"), ("dpo", "role-permitted"), ("staff", "role-permitted")],
)
async def test_nobody_but_the_grantee_uses_a_grant(town: Town, who: str, rule: str) -> None:
    task = town.task()
    grant = town.grant(task)
    with pytest.raises(CommandRefused) as refused:
        openings_for(town.books, grant, town.person(who), task, BY_KEY)
    assert refused.value.rule == rule
    assert town.kinds(grant) == ["unmasking_granted.v1"]


async def test_another_case_stays_sealed(town: Town) -> None:
    task, other = town.task(), town.task()
    grant = town.grant(task)
    with pytest.raises(CommandRefused) as refused:
        openings_for(town.books, grant, town.person("auditor"), other, BY_KEY)
    assert refused.value.rule == "granted-case-only"


async def test_nothing_opens_once_the_grant_has_ended(town: Town) -> None:
    """A use that began while the grant stood opens nothing more after its end."""
    task = town.task()
    grant = town.grant(task)
    use = under_grant(town.books, grant, town.person("auditor"), task, BY_KEY)
    sealed = sealed_of(town, task)
    assert use.text(sealed["phone"]) == GRANDMOTHER["phone"]
    town.ask(grant, "end_unmasking", "dpo", reason="核查完毕")
    with pytest.raises(CommandRefused) as refused:
        use.text(sealed["name"])
    assert refused.value.rule == "unmasking-over"


async def test_a_grant_lapses_by_itself(town: Town) -> None:
    task = town.task()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    late = town.books.ledger.read(town.grant(task))[0].recorded_at + timedelta(hours=2)
    grant = town.grant(task)
    _, state = town.books.desk.state_of(grant)
    assert state.stands(yesterday)
    assert not state.stands(late)


async def test_no_text_is_given_when_it_cannot_be_recorded(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fact comes first: a ledger that refuses keeps the seal closed."""
    task = town.task()
    use = under_grant(town.books, town.grant(task), town.person("auditor"), task, BY_KEY)

    def away(*_: Any) -> Any:
        raise OSError("the ledger is away")

    monkeypatch.setattr(town.books.desk, "record_now", away)
    with pytest.raises(OSError, match="away"):
        use.text(sealed_of(town, task)["phone"])
    assert use.opened == 0


async def test_a_text_is_recorded_once_in_one_use_however_often_it_is_shown(town: Town) -> None:
    task = town.task()
    grant = town.grant(task)
    use = under_grant(town.books, grant, town.person("auditor"), task, BY_KEY)
    phone = sealed_of(town, task)["phone"]
    assert {use.text(phone) for _ in range(3)} == {GRANDMOTHER["phone"]}
    assert use.opened == 1
    assert town.kinds(grant).count("field_unmasked.v1") == 1


async def test_what_was_erased_is_not_opened_and_not_recorded_as_opened(town: Town) -> None:
    task = town.task()
    sealed = sealed_of(town, task)
    town.close(task)
    erase_subject(town.books, town.requester(task), officer(town), "本人申请删除")
    grant = town.grant(task)
    use = under_grant(town.books, grant, town.person("auditor"), task, BY_KEY)
    assert {use.text(one) for one in sealed.values()} == {ERASED}
    assert openings_for(town.books, grant, town.person("auditor"), task, BY_KEY) == []
    assert town.kinds(grant) == ["unmasking_granted.v1"]


async def test_a_damaged_text_is_said_to_be_damaged_and_is_not_recorded_as_opened(
    town: Town,
) -> None:
    task = town.task()
    grant = town.grant(task)
    use = under_grant(town.books, grant, town.person("auditor"), task, BY_KEY)
    phone = sealed_of(town, task)["phone"]
    forged = phone.model_copy(update={"digest": "0" * 64})
    assert use.text(forged) == DAMAGED
    assert town.kinds(grant) == ["unmasking_granted.v1"]
    assert use.text(phone) == GRANDMOTHER["phone"]


def test_an_item_key_tells_nothing_of_the_data_key(tmp_path: Any) -> None:
    """Given all openings but one, the last text stays sealed: every item has a key of its own."""
    import uuid

    from vault.vault import open_vault

    vault: Vault = open_vault(f"sqlite:///{tmp_path}/vault.db", tmp_path / "vault.key")
    holder = f"subject/{uuid.uuid4()}"
    sealed = [vault.seal(holder, str(uuid.uuid4()), b"13800138000") for _ in range(20)]
    openings = [vault.opening(one) for one in sealed]
    assert all(opening is not None for opening in openings)
    keys = {opening.key for opening in openings if opening is not None}
    assert len(keys) == 20
    assert len({one.digest for one in sealed}) == 20
    for one in sealed:  # no key but its own gives an item's digest
        fitting = [
            key
            for key in keys
            if hmac.new(
                key, framed(holder.encode(), one.item.encode(), b"13800138000"), hashlib.sha256
            ).hexdigest()
            == one.digest
        ]
        assert len(fitting) == 1
    vault.close()
