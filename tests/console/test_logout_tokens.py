"""A logout token is believed where it is the provider's, for us, of now, and nothing else."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from accounts.logout_tokens import EVENT, LASTS_MAX, read_logout_token
from accounts.single_sign_on import NotBelieved, Provider, ProviderAway, SingleSignOn
from tests.identity_provider import CLIENT, FakeProvider, identity_provider

NOW = int(time.time())
A_DAY = int(LASTS_MAX.total_seconds())


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with identity_provider() as served:
        yield served


@pytest.fixture
def asking(provider: FakeProvider) -> Iterator[SingleSignOn]:
    here = "https://testserver/sign-in"
    opened = SingleSignOn(Provider(provider.issuer, CLIENT, None, here, here))
    yield opened
    opened.close()


def now() -> datetime:
    return datetime.now(UTC)


RIGHT: dict[str, dict[str, Any]] = {
    "a session": {"sid": "a"},
    "somebody": {"sub": "s"},
    "somebody's session": {"sub": "s", "sid": "a"},
    "for us among others": {"sid": "a", "aud": [CLIENT, "another"]},
    "of no type": {"sid": "a", "typ": None},
    "of the usual type": {"sid": "a", "typ": "JWT"},
    "of the whole type": {"sid": "a", "typ": "application/logout+jwt"},
    "with what we do not know": {"sid": "a", "events": {EVENT: {"x": 1}, "y": {}}, "z": 2},
    "a clock that is some seconds ahead": {"sid": "a", "iat": NOW + 20},
}


@pytest.mark.parametrize("claims", RIGHT.values(), ids=RIGHT)
def test_whose_sessions_are_over_is_read(
    provider: FakeProvider, asking: SingleSignOn, claims: dict[str, Any]
) -> None:
    told = read_logout_token(asking, provider.logout_token(**claims), now())
    assert (told.subject, told.sid) == (claims.get("sub"), claims.get("sid"))


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "another issuer": ("claim-iss", {"iss": "https://evil.example.org"}),
    "no issuer": ("claim-iss", {"iss": None}),
    "another audience": ("claim-aud", {"aud": "another-client"}),
    "no audience": ("claim-aud", {"aud": None}),
    "another client's token": ("claim-azp", {"aud": [CLIENT, "other"], "azp": "other"}),
    "of the future": ("claim-iat", {"iat": NOW + 3600}),
    "of no time": ("claim-iat", {"iat": None}),
    "expired": ("claim-exp", {"exp": NOW - 3600}),
    "never ends": ("claim-exp", {"exp": None}),
    "ends too late to be remembered": ("claim-exp", {"exp": NOW + A_DAY + 3600}),
    "ends beyond all calendars": ("claim-exp", {"exp": 10**400}),
    "no name": ("claim-jti", {"jti": None}),
    "a name that is none": ("claim-jti", {"jti": ["x"]}),
    "no events": ("claim-events", {"events": None}),
    "events that are none": ("claim-events", {"events": EVENT}),
    "another event": ("claim-events", {"events": {"https://example.org/another": {}}}),
    "an event that is no object": ("claim-events", {"events": {EVENT: "yes"}}),
    "a nonce": ("claim-nonce", {"nonce": "n"}),
    "nobody's": ("claim-sub-sid", {"sid": None}),
    "a session that is none": ("claim-sid", {"sid": 7}),
    "a session without a name": ("claim-sid", {"sid": ""}),
    "somebody who is none": ("claim-sub", {"sub": {"a": 1}}),
    "an access token": ("typ", {"typ": "at+jwt"}),
    "an ID token": ("claim-events", {"events": None, "sub": "s", "typ": "JWT"}),
}


@pytest.mark.parametrize(("why", "claims"), WRONG.values(), ids=WRONG)
def test_a_token_that_is_wrong_in_one_thing_is_not_believed(
    provider: FakeProvider, asking: SingleSignOn, why: str, claims: dict[str, Any]
) -> None:
    token = provider.logout_token(**({"sid": "a"} | claims))
    with pytest.raises(NotBelieved) as doubt:
        read_logout_token(asking, token, now())
    assert doubt.value.why == why


@pytest.mark.parametrize("how", ["another key", "a secret", "none", "cut", "nothing"])
def test_a_token_the_providers_keys_did_not_sign_is_not_believed(
    provider: FakeProvider, asking: SingleSignOn, how: str
) -> None:
    if how == "another key":
        provider.signed_with = RSAKey.generate_key(2048, {"kid": provider.key.kid})
    elif how in {"none", "a secret"}:
        provider.algorithm = "none" if how == "none" else "HS256"
        provider.signed_with = OctKey.generate_key(256)
    token = provider.logout_token(sid="a")
    token = {"cut": token[:-4], "nothing": ""}.get(how, token)
    with pytest.raises(NotBelieved) as doubt:
        read_logout_token(asking, token, now())
    assert doubt.value.why == "signature"


def test_a_key_that_was_rotated_is_found_and_the_old_one_believed_no_longer(
    provider: FakeProvider, asking: SingleSignOn
) -> None:
    old = provider.key
    read_logout_token(asking, provider.logout_token(sid="a"), now())
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    read_logout_token(asking, provider.logout_token(sid="a"), now())
    provider.signed_with = old
    with pytest.raises(NotBelieved):
        read_logout_token(asking, provider.logout_token(sid="a"), now())


def test_without_the_providers_keys_nothing_is_believed(
    provider: FakeProvider, asking: SingleSignOn
) -> None:
    token = provider.logout_token(sid="a")
    provider.away = True
    with pytest.raises(ProviderAway):
        read_logout_token(asking, token, now())
