"""Whoever the identity provider names is let in as whom a registrar bound, and as no other."""

import logging
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import OctKey, RSAKey

from accounts.single_sign_on import Provider, ProviderUnfit, SingleSignOn
from accounts.throttle import TRIES
from console import office_sign_in
from runtime.settings import Settings, SettingsRefused
from services.single_sign_on import SignOn, sign_on_of
from tests import accounts
from tests.console.conftest import SUBJECT, Browser, Office, bind, engage
from tests.identity_provider import CLIENT, FakeProvider
from tests.journeys.district import BUREAU

BACK = "/sign-in/office/back"


def set_out(browser: Browser, back: str = "/") -> str:
    """Return the provider's address that the browser is sent to."""
    answer = browser.client.get("/sign-in/office", params={"back": back})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def came_back(
    browser: Browser, provider: FakeProvider, subject: str = SUBJECT, **other: str
) -> httpx2.Response:
    answer = provider.approve(set_out(browser), subject) | other
    return browser.client.get(BACK, params=answer)


def kinds(office: Office, number: str) -> list[str]:
    return [one.kind for one in office.town.books.ledger.read(office.person(number))]


def test_one_comes_in_by_the_providers_word_and_the_record_says_how(
    office: Office, provider: FakeProvider
) -> None:
    browser = office.browser()
    answer = provider.approve(set_out(browser, "/tasks"), SUBJECT)
    come = browser.client.get(BACK, params=answer)
    assert (come.status_code, come.headers["location"]) == (303, "/tasks")
    assert browser.get("/").status_code == 200
    begun = office.town.books.ledger.read(office.person("D01"))[-1]
    assert (begun.kind, begun.fact["method"]) == ("session_begun.v1", "SINGLE_SIGN_ON")
    office.browser("D01")
    begun = office.town.books.ledger.read(office.person("D01"))[-1]
    assert begun.fact["method"] == "PASSWORD"


def test_what_is_sent_to_the_provider_tells_nothing_of_what_the_browser_keeps(
    office: Office, provider: FakeProvider
) -> None:
    browser = office.browser()
    asked = parse_qs(urlsplit(set_out(browser)).query)
    held = browser.client.cookies["__Host-going"]
    assert held.partition(".")[2][:20] not in str(asked)
    assert len({asked["state"][0], asked["nonce"][0], asked["code_challenge"][0]}) == 3


def test_neither_subject_nor_issuer_stands_in_the_record(
    office: Office, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    came_back(office.browser(), provider)
    came_back(office.browser(), provider, "stranger-13900139000")
    everything = str([one.fact for one in office.town.books.ledger.read(office.person("D01"))])
    assert "identity_bound.v1" in kinds(office, "D01")
    for secret in ("13800138000", "13900139000", provider.issuer):
        assert secret not in everything
        assert secret not in caplog.text.replace(f"{provider.issuer}/", "")


class Notes:
    """What the door noted for its log, however logging was set up before."""

    def __init__(self) -> None:
        self.why: list[str] = []

    def warning(self, event: str, **about: str) -> None:
        del event
        self.why.append(about["why"])


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Notes:
    notes = Notes()
    monkeypatch.setattr(office_sign_in, "log", notes)
    return notes


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "wrong nonce": ("claim-nonce", {"nonce": "another"}),
    "no nonce": ("claim-nonce", {"nonce": None}),
    "wrong audience": ("claim-aud", {"aud": "another-client"}),
    "no audience": ("claim-aud", {"aud": None}),
    "another client's token": ("claim-azp", {"aud": [CLIENT, "other"], "azp": "other"}),
    "another issuer": ("claim-iss", {"iss": "https://evil.example.org"}),
    "expired": ("claim-exp", {"exp": int(time.time()) - 3600}),
    "never ends": ("claim-exp", {"exp": None}),
    "of the future": ("claim-iat", {"iat": int(time.time()) + 3600}),
    "nobody": ("claim-sub", {"sub": None}),
    "no name": ("claim-sub", {"sub": 7}),
    "not yet": ("claim-nbf", {"nbf": int(time.time()) + 3600}),
}


@pytest.mark.parametrize(("why", "claims"), WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_us_here_and_now_lets_nobody_in(
    office: Office,
    provider: FakeProvider,
    noted: Notes,
    why: str,
    claims: dict[str, Any],
) -> None:
    provider.claims = claims
    browser, before = office.browser(), kinds(office, "D01")
    answer = came_back(browser, provider)
    assert answer.status_code == 401
    assert noted.why == [why]
    assert "__Host-session" not in browser.client.cookies
    assert kinds(office, "D01") == before


@pytest.mark.parametrize("how", ["another key", "a secret", "the public key as a secret", "none"])
def test_a_token_the_providers_keys_did_not_sign_lets_nobody_in(
    office: Office, provider: FakeProvider, noted: Notes, how: str
) -> None:
    if how == "another key":
        provider.signed_with = RSAKey.generate_key(2048, {"kid": provider.key.kid})
    elif how == "none":
        provider.algorithm, provider.signed_with = "none", OctKey.generate_key(256)
    else:
        provider.algorithm = "HS256"
        public = provider.key.as_pem(private=False)
        provider.signed_with = (
            OctKey.generate_key(256) if how == "a secret" else OctKey.import_key(public.hex())
        )
    assert came_back(office.browser(), provider).status_code == 401
    assert noted.why == ["signature"]


def test_a_key_that_was_rotated_is_found_and_the_old_one_believed_no_longer(
    office: Office, provider: FakeProvider
) -> None:
    old = provider.key
    assert came_back(office.browser(), provider).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert came_back(office.browser(), provider).status_code == 303
    provider.signed_with = old
    assert came_back(office.browser(), provider).status_code == 401


def test_a_state_is_this_browsers_and_used_once(office: Office, provider: FakeProvider) -> None:
    browser = office.browser()
    answer = provider.approve(set_out(browser), SUBJECT)
    held = browser.client.cookies["__Host-going"]
    assert office.browser().client.get(BACK, params=answer).status_code == 401, "no cookie"
    other = office.browser()
    set_out(other)
    assert other.client.get(BACK, params=answer).status_code == 401, "another browser's"
    assert browser.client.get(BACK, params=answer).status_code == 303
    browser.client.cookies.set("__Host-going", held, domain="testserver.local")
    secret = held.strip('"').partition("|")[0]
    again = provider.approve(sign_on_here(office).provider.way_there(secret), SUBJECT)
    assert browser.client.get(BACK, params=again).status_code == 401, "replayed, with a fresh code"


def test_a_way_that_took_too_long_leads_nowhere(office: Office, provider: FakeProvider) -> None:
    sign_on = sign_on_here(office)
    earlier = datetime.fromtimestamp(time.time() - 3600, UTC)
    address, held = sign_on.ask(earlier)
    answer = provider.approve(address, SUBJECT)
    browser = office.browser()
    browser.client.cookies.set("__Host-going", f"{held}|/", domain="testserver.local")
    assert browser.client.get(BACK, params=answer).status_code == 401


def sign_on_here(office: Office) -> SignOn:
    assert office.house.sign_on is not None
    return office.house.sign_on


@pytest.mark.parametrize(
    "other", [{"iss": "https://evil.example.org"}, {"code": "guessed"}, {"state": "guessed"}]
)
def test_an_answer_somebody_made_up_lets_nobody_in(
    office: Office, provider: FakeProvider, other: dict[str, str]
) -> None:
    assert came_back(office.browser(), provider, **other).status_code == 401


def test_what_the_provider_refuses_lets_nobody_in(office: Office, provider: FakeProvider) -> None:
    browser = office.browser()
    state = provider.approve(set_out(browser), SUBJECT)["state"]
    refused = {"error": "access_denied", "state": state}
    assert browser.client.get(BACK, params=refused).status_code == 401


def test_somebody_nobody_bound_is_told_their_identity_and_not_let_in(
    office: Office, provider: FakeProvider
) -> None:
    browser = office.browser()
    answer = came_back(browser, provider, "新来的<b>人")
    assert answer.status_code == 403
    assert "新来的&lt;b&gt;人" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "__Host-session" not in browser.client.cookies


def test_somebody_without_a_post_is_not_let_in(office: Office, provider: FakeProvider) -> None:
    bind(office, "S01", "staff")
    assert came_back(office.browser(), provider, "staff").status_code == 303
    accounts.enter(
        office.town.books.desk,
        office.person("S01"),
        "revoke_role",
        role="DEPT_STAFF",
        unit=BUREAU,
        reason="调离",
    )
    assert came_back(office.browser(), provider, "staff").status_code == 403


def test_an_identity_that_is_unbound_ends_what_it_let_in_and_nothing_else(
    office: Office, provider: FakeProvider
) -> None:
    """Whatever door it is unbound by, and in whatever post they went on."""
    bind(office, "D01", "another")
    by_password, by_another, first, second = (office.browser() for _ in range(4))
    assert by_password.sign_in("D01").status_code == 303
    assert came_back(by_another, provider, "another").status_code == 303
    for browser in (first, second):
        assert came_back(browser, provider).status_code == 303
    person, door = office.person("D01"), office.house.doorkeeper
    session = door.sessions_of(person)[0]
    gone_on = door.change_post(session, session.role, session.unit, datetime.now(UTC))
    accounts.enter(
        office.town.books.desk,
        person,
        "unbind_identity",
        identity=sign_on_here(office).identity_of(SUBJECT),
        reason="账号停用",
    )
    assert [one.get("/").status_code for one in (first, second)] == [303, 303]
    assert door.session_of(gone_on.token, datetime.now(UTC)) is None
    assert [one.get("/").status_code for one in (by_password, by_another)] == [200, 200]
    ended = [one for one in office.town.books.ledger.read(person) if "ended" in one.kind]
    assert [one.fact["cause"] for one in ended][-2:] == ["REVOKED", "REVOKED"]


def test_guesses_at_the_password_do_not_shut_the_single_sign_on(
    office: Office, provider: FakeProvider
) -> None:
    stranger = office.browser()
    for guess in range(TRIES + 1):
        stranger.sign_in("D01", f"猜的密码第 {guess} 次吧")
    assert stranger.sign_in("D01").status_code == 429
    assert came_back(stranger, provider).status_code == 303


def test_a_provider_that_is_away_is_said_and_passwords_go_on(
    office: Office, provider: FakeProvider
) -> None:
    browser = office.browser()
    answer = provider.approve(set_out(browser), SUBJECT)
    provider.away = True
    assert browser.client.get(BACK, params=answer).status_code == 503
    assert browser.client.get("/sign-in/office").status_code == 503
    assert browser.sign_in("D01").status_code == 303


def test_whoever_signs_out_here_may_sign_out_there(office: Office, provider: FakeProvider) -> None:
    browser = office.browser()
    came_back(browser, provider)
    browser.post("/sign-out")
    assert browser.get("/").status_code == 303
    assert "/sign-in/office/out" in browser.get("/sign-in").text
    out = browser.get("/sign-in/office/out").headers["location"]
    there, _, asked = out.partition("?")
    assert there == f"{provider.issuer}/end"
    assert parse_qs(asked) == {
        "client_id": [CLIENT],
        "post_logout_redirect_uri": ["https://testserver/sign-in"],
    }
    assert "/sign-in/office/out" not in browser.get("/sign-in").text


def test_where_the_provider_ends_no_sessions_none_is_offered(
    office: Office, provider: FakeProvider
) -> None:
    provider.ends_sessions = False
    browser = office.browser()
    came_back(browser, provider)
    browser.post("/sign-out")
    assert "/sign-in/office/out" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/office/out").headers["location"] == "/sign-in"


def test_a_registrar_binds_and_unbinds_and_an_identity_is_one_persons(
    office: Office, provider: FakeProvider
) -> None:
    engage(office, "G01", "REGISTRAR", BUREAU)
    registrar = office.browser("G01")
    key = office.person("B01").partition("/")[2]
    taken = registrar.post(f"/admin/people/{key}/identity", subject=SUBJECT)
    assert (taken.status_code, "identity-bound" in taken.text) == (422, True)
    done = registrar.post(f"/admin/people/{key}/identity", subject="bureau-7")
    assert done.status_code == 303, done.text
    assert came_back(office.browser(), provider, "bureau-7").status_code == 303
    identity = sign_on_here(office).identity_of("bureau-7")
    assert identity[:12] in registrar.get(f"/admin/people/{key}").text
    gone = registrar.post(
        f"/admin/people/{key}/identity/unbind", identity=identity, reason="换了单位"
    )
    assert gone.status_code == 303, gone.text
    assert came_back(office.browser(), provider, "bureau-7").status_code == 403
    other = office.browser("B01")
    assert other.post(f"/admin/people/{key}/identity", subject="mine").status_code == 404


def test_without_a_provider_there_is_no_such_way_in(office: Office) -> None:
    browser = office.browser()
    assert browser.get("/sign-in/office").status_code == 404
    assert browser.get(BACK).status_code == 404
    assert "统一身份认证" not in browser.get("/sign-in").text


@pytest.mark.parametrize("issuer", ["http://sso.example.org", "http://10.0.0.7:8080"])
def test_a_provider_anybody_on_the_way_could_play_is_not_taken(issuer: str) -> None:
    with pytest.raises(ProviderUnfit):
        SingleSignOn(
            Provider(issuer, CLIENT, None, "https://testserver/back", "https://testserver/")
        )


def test_it_is_said_where_people_come_back_to(office: Office) -> None:
    settings = Settings(oidc_issuer="https://sso.example.org")
    house = office.house
    with pytest.raises(SettingsRefused, match="JIEDUI_CONSOLE_URL"):
        sign_on_of(settings, house.books, house.doorkeeper, house.accounts)
