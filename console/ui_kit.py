"""/ui-kit: every component of the pages in every state, to be looked at and compared with.

For registrars, and for everybody of a home that only plays; the examples on it are invented.
"""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.resident_doors import code_of
from console.seeing import instant, page, seer_of
from domain.people import Role
from services.seeing import NothingHere, Seer

router = APIRouter()


@router.get("/ui-kit")
def show(request: Request) -> Response:
    """Show the components; raise `NothingHere` for whoever only works here."""
    seer = seer_of(request)
    if seer.role is not Role.REGISTRAR and not seer.house.demo_cast:
        raise NothingHere
    say = seer.say
    refused = {
        "rule": "contact-made",
        "sentence": say("先联系居民，再提交结果。", "Reach the resident before the result."),
    }
    return page(
        request,
        "ui_kit.html",
        seer=seer,
        soon=seer.at + timedelta(hours=2, minutes=30),
        later=seer.at + timedelta(days=3),
        late=seer.at - timedelta(hours=5),
        refused=refused,
        may=[
            ("/ui-kit", say("联系居民", "Contact"), True),
            ("/ui-kit", say("退单", "Return"), False),
        ],
        may_not={
            "refused": [((say("提交办理结果", "Submit the result"),), refused)],
            "elsewhere": [say("签收", "Accept"), say("派出", "Dispatch")],
            "rules": ["not-in-this-state"],
        },
        history=_history(seer),
        code=code_of(str(request.base_url)),
        steps=[
            (say("当事方", "Parties"), "done", "/ui-kit", False),
            (say("清单", "Lists"), "now", "/ui-kit", True),
            (say("认领", "Claims"), "", "", False),
            (say("签署", "Signatures"), "", "", False),
            (say("审批", "Approval"), "", "", False),
        ],
    )


def _history(seer: Seer) -> list[dict[str, str]]:
    """Return three things that happened to nobody, as a history tells them."""
    told = (
        ("区民政局协调员", "a department's coordinator", "签收任务。", "Accepted the task."),
        ("街道调度员", "a street dispatcher", "派给天河区民政局。", "Dispatched to Civil Affairs."),
        ("社区工作者", "a community worker", "登记诉求。", "Registered the need."),
    )
    return [
        {
            "recorded": instant(seer.at - timedelta(hours=step)),
            "occurred": instant(seer.at - timedelta(hours=step + 1)) if step == 1 else "",
            "who": seer.say(who_zh, who_en),
            "sentence": seer.say(zh, en),
        }
        for step, (who_zh, who_en, zh, en) in enumerate(told)
    ]
