"""What the demonstration leaves for people to go on with: open needs under the pack of real limits.

Everything it played is over, in seconds; these few stand where a coordinator, a dispatcher and a
department's people would find them on an ordinary morning.
"""

from collections.abc import Iterator

from demo.cast import Cast, Part
from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.orders import COMMAND_LINE, Order, read_order
from domain.people import Role
from domain.units import UnitKind
from services.need_intake import PRIVACY_NOTICE

POLICY = "gd-2022"
CATEGORY = "ELDER"
"""All of them are one department's to lead, so that its people have more than one thing to do."""

NEEDS: tuple[tuple[str, str, bool], ...] = (
    ("楼道没有扶手，母亲 84 岁，上下楼很吃力，希望加装。", "registered", False),
    ("单元门口坡道太陡，轮椅自己上不去，下雨天更滑。", "registered", True),
    ("独居老人一日三餐无人照看，想了解上门送餐。", "triaged", False),
    ("长者饭堂中午排队太久，能否分时段取餐。", "triaged", False),
    ("老人想申请居家适老化改造，不清楚要准备什么材料。", "dispatched", False),
    ("日间照料中心的按摩椅坏了两周没人修。", "dispatched", True),
    ("社区颐康中心周末不开门，老人没有地方去。", "accepted", False),
    ("请为行动不便的老人安排每月一次上门理发。", "in_progress", False),
)
"""What was said, how far it has come, and whether it is urgent."""

_STEPS = ("registered", "triaged", "dispatched", "accepted", "in_progress")


def department_of(cast: Cast) -> str:
    """Return the department whose people find these needs on their workbench."""
    return cast.leading(CATEGORY)[0]


def leave_work(gateway: Gateway, cast: Cast) -> None:
    """Have the needs registered and brought as far as they are left; raise what is refused."""
    street = cast.streets()[0]
    places = sorted(
        unit.division
        for unit in cast.rules.units.values()
        if unit.kind in {UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE}
        and unit.division.startswith(street.division)
    )
    for number, (text, until, urgent) in enumerate(NEEDS):
        place = places[number % len(places)]
        orders = list(_orders(cast, place, text, until, urgent=urgent))
        for answer in gateway.submit_batch_now(orders, COMMAND_LINE):
            if answer.refusal is not None:
                raise answer.refusal


def _orders(cast: Cast, place: str, text: str, until: str, *, urgent: bool) -> Iterator[Order]:
    stream, bureau = f"task/{new_uuid7()}", department_of(cast)
    worker = cast.for_place(Role.COMMUNITY_WORKER, place)
    dispatcher, coordinator = cast.dispatcher(place), cast.coordinator(bureau)
    staff = cast.staff(bureau)
    registered = {
        "source": "RESIDENT",
        "category": CATEGORY,
        "place": place,
        "text": text,
        "policy": POLICY,
        "ad_hoc": True,
        "privacy_notice": PRIVACY_NOTICE,
    }
    urgency = "URGENT" if urgent else "NORMAL"
    course: tuple[tuple[Part, str, dict[str, object]], ...] = (
        (worker, "register_task", registered),
        (dispatcher, "triage_task", {"urgency": urgency, "duty_class": "COOPERATE"}),
        (dispatcher, "dispatch_task", {"main": bureau}),
        (coordinator, "accept_task", {}),
        (coordinator, "assign_staff", {"person": staff.person}),
    )
    for by, kind, fields in course[: _STEPS.index(until) + 1]:
        yield read_order(
            {
                "stream": stream,
                "command_id": f"demo/{new_uuid7()}",
                "by": by.as_by(),
                "command": {"kind": kind, **fields},
            }
        )
