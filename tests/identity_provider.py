"""An identity provider on loopback, as OpenID Connect has it; a test bends what it answers."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from accounts.logout_tokens import EVENT

CLIENT, SECRET = "jiedui-console", "a secret: with/signs"


@cache
def _first_key() -> Any:
    return RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class FakeProvider:
    """Codes it gave out, and what its next token says other than it should."""

    port: int = 0
    key: Any = field(default_factory=_first_key)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    signed_with: Any = None
    away: bool = False
    ends_sessions: bool = True

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def approve(self, address: str, subject: str) -> dict[str, str]:
        """Return what the browser is sent back with, after *subject* signed in at *address*."""
        asked = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["scope"] == "openid"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked | {"subject": subject}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        given = self.codes.pop(form.get("code", ""), None)
        told = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        right = (
            given is not None
            and told == f"{CLIENT}:a%20secret%3A%20with%2Fsigns"
            and given["code_challenge"] == challenge
            and given["redirect_uri"] == form["redirect_uri"]
        )
        if given is None or not right:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": given["subject"],
            "nonce": given["nonce"],
            "iat": now,
            "exp": now + 300,
        }
        token = self._signed(claims | self.claims)
        return 200, {"id_token": token, "access_token": "unused", "token_type": "Bearer"}

    def logout_token(self, typ: str | None = "logout+jwt", **claims: Any) -> str:
        """Return the word that a session is over, told with *claims* instead; None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": str(uuid4()),
            "events": {EVENT: {}},
        }
        return self._signed(usual | claims, {} if typ is None else {"typ": typ})

    def _signed(self, claims: dict[str, Any], header: dict[str, str] | None = None) -> str:
        return jwt.encode(
            {"alg": self.algorithm, "kid": self.key.kid, **(header or {})},
            {name: value for name, value in claims.items() if value is not None},
            self.signed_with or self.key,
            algorithms=[self.algorithm],
        )

    def answer(self, method: str, path: str, body: str, auth: str) -> tuple[int, dict[str, Any]]:
        if self.away:
            return 500, {}
        if (method, path) == ("GET", "/.well-known/openid-configuration"):
            end = {"end_session_endpoint": f"{self.issuer}/end"} if self.ends_sessions else {}
            return 200, end | {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if (method, path) == ("GET", "/keys"):
            return 200, {"keys": [self.key.as_dict(private=False)]}
        assert (method, path) == ("POST", "/token")
        return self.exchanged({name: one[0] for name, one in parse_qs(body).items()}, auth)


@contextmanager
def identity_provider() -> Iterator[FakeProvider]:
    """Serve an identity provider for the length of the block."""
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, told = provider.answer(
                self.command, self.path, body, self.headers.get("Authorization", "")
            )
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
