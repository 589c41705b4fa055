"""The office's single sign-on [OpenID Connect]: who its identity provider says has come.

Authorisation code with PKCE (RFC 7636), state and nonce; what comes back is believed only where
the provider's own keys signed it, for us, for this browser, just now (OpenID Connect Core 3.1.3.7).
"""

import base64
import hashlib
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import orjson

SUBJECT_MAX = 255
ANSWER_SECONDS = 10.0
WAITED_SECONDS = 600
"""How long somebody may take at the provider; a state is used once within it, and never after."""
_STEP_SECONDS = 5.0
_ANSWER_BYTES_MAX = 262_144
LEEWAY_SECONDS = 60
_SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]
"""Only what a public key verifies: a token signed with a secret, or with nothing, is nobody's."""

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderAway(Exception):
    """The identity provider did not answer as one does; try again later, or by password."""


class NotBelieved(Exception):
    """What came back is not believed; *why* is a machine word for the log, and no personal data."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class ProviderUnfit(Exception):
    """The provider, as it is set, cannot be asked; the message names what is wrong."""


@dataclass(frozen=True)
class Provider:
    """The identity provider as it is set: by whom, as whom, and where people come back to.

    *back* is where they come having signed in there, *out* where they come having signed out.
    """

    issuer: str
    client_id: str
    secret: str | None
    back: str
    out: str
    ca: Path | None = None


@dataclass(frozen=True)
class Come:
    """Whom the provider names, their session there (`sid`) where it has a name, and a way out."""

    subject: str
    sid: str | None
    way_out: bool


class SingleSignOn:
    """Asks one identity provider who somebody is.

    Its addresses and keys are read anew each time: a key it has withdrawn is believed no longer.
    Raises `ProviderUnfit` where the extra is missing, or the issuer could be impersonated.
    """

    def __init__(self, provider: Provider) -> None:
        if find_spec("joserfc") is None:
            raise ProviderUnfit("pip install 'jiedui[oidc]'")
        if not _safe(provider.issuer):
            raise ProviderUnfit("expected https://…")
        self.provider = provider
        try:
            trusted = ssl.create_default_context(
                cafile=None if provider.ca is None else str(provider.ca)
            )
        except (OSError, ssl.SSLError) as error:
            raise ProviderUnfit(f"{provider.ca}: {error}") from None
        self._client = httpx2.Client(
            timeout=_STEP_SECONDS, follow_redirects=False, trust_env=False, verify=trusted
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def way_there(self, held: str) -> str:
        """Return the address at which the provider asks who somebody is.

        *held* is a secret their browser keeps meanwhile; what is sent follows from it. Raises
        `ProviderAway`.
        """
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.provider.back,
            "scope": "openid",
            "state": state_of(held),
            "nonce": _from(held, "nonce"),
            "code_challenge": _challenge(_from(held, "verifier")),
            "code_challenge_method": "S256",
        }
        return _with_query(_address(self._metadata(), "authorization_endpoint"), asked)

    def who_came(self, held: str, answer: Mapping[str, str], now: datetime) -> Come:
        """Return whom the provider names for the *answer* a browser brought back.

        Raises `NotBelieved` and `ProviderAway`.
        """
        since, _, _ = held.partition(".")
        if not since.isdigit() or int(now.timestamp()) - int(since) > WAITED_SECONDS:
            raise NotBelieved("state-old")
        if not secrets.compare_digest(answer.get("state", "").encode(), state_of(held).encode()):
            raise NotBelieved("state")
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:  # RFC 9207
            raise NotBelieved("iss")
        if "code" not in answer:
            raise NotBelieved("no-code")
        told = self._metadata()
        token = self._exchanged(held, answer["code"], _address(told, "token_endpoint"))
        nonce = {"essential": True, "value": _from(held, "nonce")}
        _, claims = self._signed(token, now, told, sub={"essential": True}, nonce=nonce)
        subject = text_in(claims, "sub")
        assert subject is not None, "it is essential"
        return Come(subject, text_in(claims, "sid"), _end_of(told) is not None)

    def way_out(self) -> str | None:
        """Return the address at which one signs out of the provider too, None where it has none.

        OpenID Connect RP-Initiated Logout 1.0, without `id_token_hint`: an address is no place for
        what a token tells of somebody. Raises `ProviderAway`.
        """
        end = _end_of(self._metadata())
        if end is None:
            return None
        asked = {
            "client_id": self.provider.client_id,
            "post_logout_redirect_uri": self.provider.out,
        }
        return _with_query(end, asked)

    def signed(
        self, token: str, now: datetime, **further: Any
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return header and claims of a *token* the provider signed, for us, good just now.

        *further* is what is asked of other claims. Raises `NotBelieved` and `ProviderAway`.
        """
        return self._signed(token, now, self._metadata(), **further)

    def _exchanged(self, held: str, code: str, endpoint: str) -> str:
        """Return the ID token that the provider gives for *code*."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.provider.back,
            "code_verifier": _from(held, "verifier"),
            "client_id": self.provider.client_id,
        }
        headers = {}
        if self.provider.secret is not None:  # client_secret_basic, RFC 6749 2.3.1
            pair = ":".join(
                quote(one, safe="") for one in (self.provider.client_id, self.provider.secret)
            )
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        status, told = self._asked("POST", endpoint, sent, headers)
        if status in (400, 401, 403):
            raise NotBelieved("code")
        token = told.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise ProviderAway
        return token

    def _signed(
        self, token: str, now: datetime, told: Mapping[str, Any], **further: Any
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        from joserfc import jwt
        from joserfc.errors import ClaimError, JoseError
        from joserfc.jwk import KeySet

        status, published = self._asked("GET", _address(told, "jwks_uri"))
        if status != 200:
            raise ProviderAway
        essential = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            **further,
        )
        try:
            keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
            read = jwt.decode(token, keys, algorithms=_SIGNED_BY)
            essential.validate(read.claims)
        except ClaimError as error:
            raise NotBelieved(f"claim-{error.claim}") from None
        except (JoseError, ValueError, KeyError, TypeError):
            raise NotBelieved("signature") from None
        if read.claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise NotBelieved("claim-azp")
        return read.header, read.claims

    def _metadata(self) -> dict[str, Any]:
        """Return what the provider says of itself (OpenID Connect Discovery 4)."""
        where = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        status, told = self._asked("GET", where)
        if status != 200 or told.get("issuer") != self.provider.issuer:
            raise ProviderAway
        return told

    def _asked(
        self,
        method: str,
        address: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON object that come back, within bounds of size and time."""
        until = time.monotonic() + ANSWER_SECONDS
        read = b""
        try:
            with self._client.stream(
                method,
                address,
                data=None if form is None else dict(form),
                headers={"Accept": "application/json", **(headers or {})},
            ) as answer:
                for chunk in answer.iter_bytes():
                    read += chunk
                    if len(read) > _ANSWER_BYTES_MAX or time.monotonic() > until:
                        raise ProviderAway
                status = answer.status_code
            told = orjson.loads(read) if read else {}
        except (httpx2.HTTPError, orjson.JSONDecodeError):
            raise ProviderAway from None
        if not isinstance(told, dict):
            raise ProviderAway
        return status, told


def text_in(claims: Mapping[str, Any], name: str) -> str | None:
    """Return a claim that is a name of something, None where there is none; raise `NotBelieved`."""
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not 0 < len(value) <= SUBJECT_MAX:
        raise NotBelieved(f"claim-{name}")
    return value


def fresh_secret(now: datetime) -> str:
    """Return what a browser keeps while its owner is at the provider: 256 bits, and since when."""
    return f"{int(now.timestamp())}.{secrets.token_urlsafe(32)}"


def state_of(held: str) -> str:
    """Return the state that goes to the provider and back, and tells nothing of *held*."""
    return _from(held, "state")


def _from(held: str, purpose: str) -> str:
    return _challenge(f"{purpose}/{held}")


def _challenge(text: str) -> str:
    """Return the SHA-256 of *text* as RFC 7636 writes it."""
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _safe(address: str) -> bool:
    """Say whether nobody on the way can read or answer: https, or this very machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    )


def _address(told: Mapping[str, Any], name: str) -> str:
    """Return the address that the provider *told* under *name*; raise `ProviderAway`."""
    address = told.get(name)
    if not isinstance(address, str) or not _safe(address):
        raise ProviderAway
    return address


def _end_of(told: Mapping[str, Any]) -> str | None:
    """Return where one signs out of the provider, by what it *told*."""
    end = told.get("end_session_endpoint")
    return end if isinstance(end, str) and _safe(end) else None


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
