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

ANSWER_SECONDS = 10.0
WAITED_SECONDS = 600
"""How long somebody may take at the provider; a state is used once within it, and never after."""
_STEP_SECONDS = 5.0
_ANSWER_BYTES_MAX = 262_144
_LEEWAY_SECONDS = 60
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
    """The identity provider as it is set: by whom, as whom, and where people come back to."""

    issuer: str
    client_id: str
    secret: str | None
    back: str
    ca: Path | None = None


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
        return _with_query(self._address("authorization_endpoint"), asked)

    def who_came(self, held: str, answer: Mapping[str, str], now: datetime) -> str:
        """Return the subject the provider names for the *answer* a browser brought back.

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
        return self._subject(self._exchanged(held, answer["code"]), _from(held, "nonce"), now)

    def way_out(self) -> str | None:
        """Return the address at which one signs out of the provider too, None where it has none.

        OpenID Connect RP-Initiated Logout. Raises `ProviderAway`.
        """
        end = self._metadata().get("end_session_endpoint")
        if not isinstance(end, str) or not _safe(end):
            return None
        return _with_query(end, {"client_id": self.provider.client_id})

    def _exchanged(self, held: str, code: str) -> str:
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
        status, told = self._asked("POST", self._address("token_endpoint"), sent, headers)
        if status in (400, 401, 403):
            raise NotBelieved("code")
        token = told.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise ProviderAway
        return token

    def _subject(self, token: str, nonce: str, now: datetime) -> str:
        from joserfc import jwt
        from joserfc.errors import ClaimError, JoseError
        from joserfc.jwk import KeySet

        status, published = self._asked("GET", self._address("jwks_uri"))
        if status != 200:
            raise ProviderAway
        essential = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
            claims = jwt.decode(token, keys, algorithms=_SIGNED_BY).claims
            essential.validate(claims)
        except ClaimError as error:
            raise NotBelieved(f"claim-{error.claim}") from None
        except (JoseError, ValueError, KeyError, TypeError):
            raise NotBelieved("signature") from None
        if claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise NotBelieved("claim-azp")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise NotBelieved("claim-sub")
        return subject

    def _metadata(self) -> dict[str, Any]:
        """Return what the provider says of itself (OpenID Connect Discovery 4)."""
        where = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        status, told = self._asked("GET", where)
        if status != 200 or told.get("issuer") != self.provider.issuer:
            raise ProviderAway
        return told

    def _address(self, name: str) -> str:
        address = self._metadata().get(name)
        if not isinstance(address, str) or not _safe(address):
            raise ProviderAway
        return address

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


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
