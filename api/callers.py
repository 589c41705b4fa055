"""Who calls: the session named by the bearer token, in the language the request asks for."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from accounts.throttle import Throttle
from api.problems import Problem, language_of
from domain.people import Channel
from services.seeing import House, Seer, SignedOut, seer_by

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="session",
    description="The token that POST /sessions answers with; 30 minutes idle, 8 hours in all.",
)
REQUESTS_A_MINUTE = 1200
"""For one session; who needs more reads the feed."""


def house_of(request: Request) -> House:
    """Return the house this API stands before."""
    house: House = request.app.state.house
    return house


def caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)] = None,
) -> Seer:
    """Return who calls; raise `SignedOut`, and `Problem` for one who calls too often."""
    if bearer is None:
        raise SignedOut
    house = house_of(request)
    seer = seer_by(house, bearer.credentials, datetime.now(UTC), Channel.API, language_of(request))
    limit: Throttle = request.app.state.limit
    if wait := limit.wait_for(seer.session.session):
        raise Problem("too-many", retry_after=wait)
    house.catch_up()
    return seer


def seen_again(request: Request, seer: Seer) -> Seer:
    """Return *seer* as they stand now; raise `SignedOut`. A program that waits is not active."""
    token = request.headers["authorization"].partition(" ")[2]
    now = datetime.now(UTC)
    return seer_by(seer.house, token, now, seer.channel, seer.language, active=False)


Caller = Annotated[Seer, Depends(caller)]
