"""What the identity provider ends is over here: that session, or all of that person's only."""

import asyncio
from datetime import UTC, datetime

import httpx2
import pytest

from accounts.store import Session, grounds
from accounts.throttle import TRIES
from console import live
from console.app import create_app
from console.seeing import SESSION_COOKIE
from ledger.database import LedgerUnavailable
from services.signing_in import LetIn, NotLetIn
from serving.listening import listening, serving
from tests import accounts
from tests.console.conftest import SUBJECT, Browser, Office, bind
from tests.console.test_live import Served, event, status
from tests.console.test_single_sign_on import came_back
from tests.identity_provider import FakeProvider
from tests.journeys.district import STREET

LOGOUT = "/sign-in/office/logout"


def came_in(
    office: Office, provider: FakeProvider, sid: str | None, subject: str = SUBJECT
) -> Browser:
    """Return the browser of somebody who came in from their session *sid* at the provider."""
    provider.claims = {"sid": sid}
    browser = office.browser()
    assert came_back(browser, provider, subject).status_code == 303
    return browser


def told(office: Office, token: str, source: str = "203.0.113.9") -> httpx2.Response:
    """Have the provider bring *token*; it is another site's, as far as browsers are concerned."""
    client = office.browser(source=source).client
    client.headers["Sec-Fetch-Site"] = "cross-site"
    return client.post(LOGOUT, data={"logout_token": token})


def signed_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def head(office: Office) -> int:
    return office.town.books.ledger.head()


def test_of_two_sessions_the_one_that_ended_there_ends_here(
    office: Office, provider: FakeProvider
) -> None:
    one, other = (came_in(office, provider, sid) for sid in ("sid-one", "sid-other"))
    answer = told(office, provider.logout_token(sid="sid-one", sub=SUBJECT))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert not signed_in(one)
    assert signed_in(other)
    facts = office.town.books.ledger.read(office.person("D01"))
    assert (facts[-1].kind, facts[-1].fact["cause"]) == ("session_ended.v1", "SINGLE_SIGN_ON")
    assert facts[-1].by.person is None
    assert "sid-one" not in str([entry.fact for entry in facts])
    with office.house.accounts.engine.connect() as connection:
        kept = str(connection.execute(grounds.select()).all())
    assert "sid-" not in kept
    assert "13800138000" not in kept


def test_all_of_somebodys_sessions_from_there_end_and_nobody_elses(
    office: Office, provider: FakeProvider
) -> None:
    bind(office, "B01", "bureau-7")
    theirs = [came_in(office, provider, sid) for sid in ("a", "b", None)]
    another = came_in(office, provider, "c", "bureau-7")
    by_password = office.browser("D01")
    assert told(office, provider.logout_token(sub=SUBJECT)).status_code == 200
    assert not any(map(signed_in, theirs))
    assert signed_in(another)
    assert signed_in(by_password), "what rests on a password is the registrar's to end"


def test_what_names_no_session_here_ends_none_and_is_well(
    office: Office, provider: FakeProvider
) -> None:
    bind(office, "B01", "bureau-7")
    come, by_password = came_in(office, provider, "a"), office.browser("B01")
    before = head(office)
    for claims in ({"sid": "x"}, {"sub": "x"}, {"sub": "bureau-7", "sid": "a"}):
        assert told(office, provider.logout_token(**claims)).status_code == 200
    assert head(office) == before
    assert signed_in(come)
    assert signed_in(by_password)


def test_a_token_is_heard_once(office: Office, provider: FakeProvider) -> None:
    came_in(office, provider, "a")
    token = provider.logout_token(sub=SUBJECT)
    assert told(office, token).status_code == 200
    again = came_in(office, provider, "b")
    answer = told(office, token)
    assert (answer.status_code, answer.json()["error_description"]) == (400, "claim-jti")
    assert signed_in(again)


def test_whoever_goes_on_in_another_post_is_found_there(
    office: Office, provider: FakeProvider
) -> None:
    bind(office, "W01", "worker")
    accounts.enter(
        office.town.books.desk, office.person("W01"), "grant_role", role="DEPT_STAFF", unit=STREET
    )
    browser = came_in(office, provider, "a", "worker")
    before = browser.client.cookies[SESSION_COOKIE]
    browser.post("/post", post=f"DEPT_STAFF@{STREET}")
    assert browser.client.cookies[SESSION_COOKIE] != before
    assert signed_in(browser)
    assert told(office, provider.logout_token(sid="a")).status_code == 200
    assert not signed_in(browser)


@pytest.mark.parametrize("first", ["out", "on"])
def test_whoever_goes_on_while_they_are_signed_out_is_signed_out_too(
    office: Office, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    came_in(office, provider, "a")
    door, kept, person = office.house.doorkeeper, office.house.accounts, office.person("D01")
    (session,) = door.sessions_of(person)
    at = datetime.now(UTC)

    def go_on() -> LetIn:
        return door.change_post(session, "STREET_DISPATCHER", STREET, at)

    def sign_out() -> None:
        assert told(office, provider.logout_token(sid="a")).status_code == 200

    if first == "out":
        instead = kept.keep_instead

        def just_after(before: str, token: str, other: Session) -> bool:
            sign_out()
            return instead(before, token, other)

        monkeypatch.setattr(kept, "keep_instead", just_after)
        with pytest.raises(NotLetIn):
            go_on()
    else:
        found, gone_on = kept.of_office, []

        def just_before(identity: str | None, sid: str | None) -> list[Session]:
            sessions = found(identity, sid)
            if not gone_on:
                gone_on.append(go_on())
            return sessions

        monkeypatch.setattr(kept, "of_office", just_before)
        sign_out()
        assert gone_on
    assert kept.of_person(person) == []
    facts = office.town.books.ledger.read(person)
    begun, ended = (
        {one.fact["session"] for one in facts if one.kind == f"session_{kind}.v1"}
        for kind in ("begun", "ended")
    )
    assert begun == ended, "each is over on record too"
    assert len(begun) == 2


def test_what_is_no_logout_token_changes_nothing(office: Office, provider: FakeProvider) -> None:
    browser = came_in(office, provider, "a")
    token, before = provider.logout_token(sid="a"), head(office)
    form = "application/x-www-form-urlencoded"

    def sent(content: bytes, kind: str = form, source: str = "203.0.113.8") -> httpx2.Response:
        client = office.browser(source=source).client
        return client.post(LOGOUT, content=content, headers={"Content-Type": kind})

    good = f"logout_token={token}"
    answers = [
        told(office, provider.logout_token(sid="a", events=None)),
        sent(b""),
        sent(good.encode(), "text/plain"),
        sent(f'{{"logout_token": "{token}"}}'.encode(), "application/json"),
        sent(f"{good}&{good}".encode()),
        sent(f"{good}&x={'x' * 20_000}".encode()),
        sent(b"logout_token=\xff\x00"),
        browser.client.post(LOGOUT, data={"form": "x"}),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["error"] == "invalid_request"
        assert "Traceback" not in answer.text
        assert "set-cookie" not in answer.headers
    assert browser.get(LOGOUT).status_code == 404
    assert head(office) == before
    assert signed_in(browser)
    assert sent(f"x=y&{good}".encode(), f"{form}; charset=UTF-8").status_code == 200
    assert not signed_in(browser)


def test_whoever_brings_too_many_wrong_ones_is_not_heard_and_the_provider_is(
    office: Office, provider: FakeProvider
) -> None:
    browser = came_in(office, provider, "a")
    answers = [told(office, "x", "198.51.100.7") for _ in range(TRIES + 1)]
    assert [one.status_code for one in answers] == [400] * TRIES + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    right = provider.logout_token(sid="a")
    assert told(office, right, "198.51.100.7").status_code == 429
    assert told(office, right).status_code == 200
    assert not signed_in(browser)


def test_what_failed_half_way_is_heard_when_it_is_sent_again(
    office: Office, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = came_in(office, provider, "a")
    token = provider.logout_token(sid="a")

    def away(identity: str | None, sid: str | None) -> int:
        raise LedgerUnavailable("the disk is full")

    provider.away = True
    assert told(office, token).status_code == 400
    provider.away = False
    with monkeypatch.context() as broken:
        broken.setattr(office.house.doorkeeper, "sign_out_of_office", away)
        assert told(office, token).status_code == 400
    assert signed_in(browser)
    assert told(office, token).status_code == 200
    assert not signed_in(browser)


def test_without_a_provider_there_is_no_such_door(office: Office) -> None:
    assert told(office, "x").status_code == 404


async def test_an_open_stream_is_over_with_its_session(
    office: Office, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live.LOOK_SECONDS < 5, "whoever listens is looked at within the promised time"
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.1)
    come, by_password = came_in(office, provider, "a"), office.browser("D01")
    tokens = [str(one.client.cookies[SESSION_COOKIE]) for one in (come, by_password)]
    listener = listening("127.0.0.1:0")
    async with serving(create_app(office.house), listener):
        served = Served(office, int(listener.getsockname()[1]))
        async with served.listening(tokens[0]) as over, served.listening(tokens[1]) as open_:
            for reader in (over, open_):
                await status(reader)
            token = provider.logout_token(sid="a")
            assert (await asyncio.to_thread(told, office, token)).status_code == 200
            assert await event(over) == "event: over\ndata: over"
            position = head(office)
            await asyncio.to_thread(office.town.task)
            assert head(office) > position
            assert (await event(open_)).startswith("id: ")
