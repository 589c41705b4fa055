"""Sessions: who signs in, by staff number and password or by their account key, in which post."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from accounts.store import IDLE, WHOLE
from api.callers import Caller, house_of
from api.describing import problems
from domain.people import Role
from domain.registry.commands import SessionEnd
from domain.values import UnitCode, instant_text
from services.seeing import Seer
from services.signing_in import LetIn

router = APIRouter(tags=["sessions"])

Short = Annotated[str, Field(min_length=1, max_length=64)]


class Post(BaseModel):
    """A role held at a unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    unit: UnitCode


class SignIn(BaseModel):
    """Either staff number and password, or a proof; *post* where the person holds several.

    A proof is a note (C2SP signed-note) of three lines, `jiedui-session-v1`, the person's stream
    and the present instant, signed with their account key; it is good for a minute, once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff_number: Short | None = None
    password: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    proof: Annotated[str, Field(max_length=2000)] | None = None
    post: Post | None = None


class Opened(BaseModel):
    """A session: *token* is told once; it ends idle after a while, and at *until* in any case."""

    token: str
    person: str
    post: Post
    idle_seconds: int
    until: str


class Signed(BaseModel):
    """Who is signed in, and the posts they may change to."""

    person: str
    name: str
    post: Post
    posts: list[Post]
    until: str


@router.post(
    "/sessions",
    status_code=201,
    responses=problems(400, 401, 422, 429, 503),
    summary="登录 Sign in",
)
def sign_in(request: Request, body: SignIn) -> Opened:
    """Sign in; wrong numbers, wrong passwords and posts not held are told alike."""
    doorkeeper = house_of(request).doorkeeper
    at = datetime.now(UTC)
    source = request.client.host if request.client else "unknown"
    if body.proof is not None:
        found = doorkeeper.sign_in_by_key(body.proof, at)
    else:
        found = doorkeeper.sign_in(
            body.staff_number or "", body.password or "", f"api/{source}", None, at
        )
    if body.post is not None:
        found = doorkeeper.change_post(found.session, body.post.role, body.post.unit, at)
    return _opened(found)


def _opened(found: LetIn) -> Opened:
    session = found.session
    return Opened(
        token=found.token,
        person=session.person,
        post=Post(role=Role(session.role), unit=session.unit),
        idle_seconds=int(IDLE.total_seconds()),
        until=instant_text(session.begun_at + WHOLE),
    )


@router.get(
    "/sessions/current", responses=problems(401, 429, 503), summary="当前会话 Who is signed in"
)
def current(seer: Caller) -> Signed:
    """Return who is signed in by the token sent."""
    return Signed(
        person=seer.session.person,
        name=seer.name,
        post=_post(seer),
        posts=[
            Post(role=one.role, unit=one.unit)
            for one in seer.house.doorkeeper.posts(seer.session.person, seer.at)
        ],
        until=instant_text(seer.session.begun_at + WHOLE),
    )


def _post(seer: Seer) -> Post:
    return Post(role=seer.role, unit=seer.unit)


@router.delete(
    "/sessions/current",
    status_code=204,
    responses=problems(401, 429, 503),
    summary="退出登录 Sign out",
)
def sign_out(seer: Caller) -> Response:
    """End the session of the token sent."""
    seer.house.doorkeeper.sign_out(seer.session, SessionEnd.SIGNED_OUT)
    return Response(status_code=204)
