"""Logout tokens: the provider says that a session there is over, or all of somebody's.

Believed as an ID token is, and only where it can be nothing else: it names the event, and holds no
nonce (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.single_sign_on import LEEWAY_SECONDS, NotBelieved, SingleSignOn, text_in
from accounts.store import hidden

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LASTS_MAX = timedelta(days=1)
"""A token is remembered for its life, so that it ends nothing twice: longer, it is not taken."""

_TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})
"""What a logout token may call itself; many providers give it no type of its own (4.1)."""


@dataclass(frozen=True)
class LogoutToken:
    """Whose sessions are over: those of *sid*, or of *subject*; *name* is the token's own.

    After *until* nobody believes it any more.
    """

    name: str
    until: datetime
    subject: str | None
    sid: str | None


def read_logout_token(provider: SingleSignOn, token: str, now: datetime) -> LogoutToken:
    """Return what a logout *token* of *provider* says; raise `NotBelieved` and `ProviderAway`."""
    header, claims = provider.signed(token, now, jti={"essential": True})
    if str(header.get("typ", "jwt")).lower() not in _TYPES:
        raise NotBelieved("typ")
    if not _tells_the_event(claims):
        raise NotBelieved("claim-events")
    if "nonce" in claims:
        raise NotBelieved("claim-nonce")
    subject, sid = text_in(claims, "sub"), text_in(claims, "sid")
    if subject is None and sid is None:
        raise NotBelieved("claim-sub-sid")
    until = claims["exp"] + LEEWAY_SECONDS
    if until > (now + LASTS_MAX).timestamp():
        raise NotBelieved("claim-exp")
    name = hidden(f"{provider.provider.issuer}\x1f{text_in(claims, 'jti')}")
    return LogoutToken(name, datetime.fromtimestamp(until, UTC), subject, sid)


def _tells_the_event(claims: Mapping[str, Any]) -> bool:
    events = claims.get("events")
    return isinstance(events, dict) and isinstance(events.get(EVENT), dict)
