"""我的账号: one's own password, and where one is signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from accounts.passwords import PasswordTooWeak
from console.seeing import both_of, ours, page, see_other, seer_of
from console.signing_in import wait_told
from domain.registry.commands import SessionEnd
from services.signing_in import NotLetIn, NotYet
from wording.labels import Both

router = APIRouter()


@router.get("/account")
def show(request: Request, changed: str = "") -> Response:
    """Show the form, and the open sessions."""
    return _page(request, changed=changed == "yes")


def _page(
    request: Request, *, problem: Both | None = None, status: int = 200, changed: bool = False
) -> Response:
    seer = seer_of(request)
    sessions = [
        (one, seer.unit_name(one.unit), one.session == seer.session.session)
        for one in seer.house.doorkeeper.sessions_of(seer.session.person)
        if not one.over(seer.at)
    ]
    return page(
        request,
        "account.html",
        status=status,
        seer=seer,
        sessions=sessions,
        problem=None if problem is None else seer.say(*problem),
        changed=changed,
    )


@router.post("/account/password")
def change_password(
    request: Request,
    old: Annotated[str, Form(max_length=128)],
    new: Annotated[str, Form(max_length=128)],
    again: Annotated[str, Form(max_length=128)],
    form: Annotated[str, Form()] = "",
) -> Response:
    """Change one's own password; every other session of theirs ends."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    if new != again:
        return _page(
            request, problem=("两次输入的新密码不一致。", "The new passwords differ."), status=422
        )
    try:
        seer.house.doorkeeper.change_password(seer.who, seer.session, old, new)
    except NotLetIn:
        return _page(request, problem=("原密码不对。", "The password now is not that."), status=422)
    except NotYet as wait:
        return _page(request, problem=wait_told(wait), status=429)
    except PasswordTooWeak as weak:
        return _page(request, problem=both_of(str(weak)), status=422)
    return see_other("/account?changed=yes")


@router.post("/account/sessions/{session}/end")
def end_session(request: Request, session: str, form: Annotated[str, Form()] = "") -> Response:
    """End one of one's own sessions."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    for one in seer.house.doorkeeper.sessions_of(seer.session.person):
        if one.session == session:
            seer.house.doorkeeper.sign_out(one, SessionEnd.SIGNED_OUT)
    return see_other("/account")
