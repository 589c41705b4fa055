"""Episodes of single needs: how they end, and what people still have to say afterwards."""

from demo.matter import Matter
from demo.stage import Saying

# What residents say.


async def done_again(task: Matter) -> None:
    """Dissatisfied: done again, and then satisfied."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off()
    await task.approved_and_rated(2)
    await task.does(task.dispatcher("order_rework", reason="居民反映问题仍在，请重办。"))
    await task.finished(grade=5)


async def upheld(task: Matter) -> None:
    """Dissatisfied, but the law allows no more: upheld, and explained."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off(resolved=False)
    await task.approved_and_rated(2)
    await task.does(_uphold(task))
    await task.reaches("CLOSED")


async def dissatisfied_again(task: Matter) -> None:
    """Dissatisfied twice: listed; the supervisor upholds the second result."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off()
    await task.approved_and_rated(2)
    await task.does(task.dispatcher("order_rework", reason="请重办。"))
    await task.worked_off(resolved=False)
    await task.approved_and_rated(1)
    await task.until("supervision_raised.v1", level="LISTED", cause="dissatisfied")
    await task.does(_uphold(task))
    await task.reaches("CLOSED")


def _uphold(task: Matter) -> Saying:
    return task.supervisor(
        "uphold_result",
        legal_basis="《广州市政务服务便民热线管理办法》",
        explanation="已依法依规办理，诉求超出现行政策范围，已向居民当面解释。",
    )


async def raised(task: Matter) -> None:
    """Dissatisfied at first; the unit calls once more, and the resident raises the rating."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off()
    await task.approved_and_rated(2)
    task.must_be(await task.does(task.rating(4)), "CLOSED")


async def unrated(task: Matter) -> None:
    """Reached by telephone, will rate later, never does: unrated, which is not satisfied."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off()
    task.must_be(await task.approved(task.callback(grade=None)), "RATING")
    await task.until("rating_defaulted.v1", value="NONE")


async def three_callbacks(task: Matter) -> None:
    """Nobody answers, three times; on the last day of the window the resident rates."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off()
    missed = {"reached": False, "contacted": None, "resolved": None}
    state = await task.approved(*(task.callback(**missed) for _ in range(3)))
    task.must_be(state, "RATING")
    task.must_be(await task.does(task.rating(4)), "CLOSED")


async def merged(task: Matter, duplicate: Matter) -> None:
    """Two residents, one matter: one work, and both of them rate it."""
    await task.sent_to()
    await task.taken_up()
    await duplicate.registered(
        duplicate.triage(), duplicate.dispatcher("merge_into", master=task.stream)
    )
    await task.until("duplicate_attached.v1", duplicate=duplicate.stream)
    await task.worked_off()
    other = duplicate.resident("rate_task", grade=task.grade, contacted=True, resolved=True)
    task.must_be(await task.approved(task.rating(5), other), "CLOSED")
    await duplicate.reaches("MERGED", "ARCHIVED")


# What never gets that far.


async def withdrawn(task: Matter) -> None:
    """The resident has been helped by a neighbour and withdraws."""
    await task.sent_to()
    await task.does(task.resident("withdraw_task", reason="邻居已帮忙解决，不用办了。"))
    await task.reaches("CANCELLED", "ARCHIVED")


async def not_admitted(task: Matter) -> None:
    """Not admitted on a legal ground, and the resident is told so."""
    grounds = task.cast.policy.refusal_grounds
    ground = grounds[task.turn % len(grounds)].code
    state = await task.registered(
        task.dispatcher(
            "refuse_admission",
            ground=ground,
            told_channel="PHONE",
            explanation="已电话告知不予受理的理由和其他渠道。",
        )
    )
    task.must_be(state, "NOT_ADMITTED")


async def diverted(task: Matter) -> None:
    """A matter with a legal route of its own."""
    routes = task.cast.policy.divert_routes
    route = routes[-1 - task.turn % len(routes)].code
    state = await task.registered(task.triage(), task.dispatcher("divert_task", route=route))
    task.must_be(state, "DIVERTED")


async def terminated(task: Matter) -> None:
    """The requester will not cooperate: refused once, ended at the second asking."""
    await task.sent_to()
    await task.taken_up()
    ask = task.unit("request_termination", ground="NO_COOPERATION", reason="多次预约上门均被拒绝。")
    await task.does(ask, task.supervisor("refuse_termination", reason="请再联系一次。"))
    await task.does(ask, task.supervisor("approve_termination"))
    await task.reaches("TERMINATED", "ARCHIVED")


# What comes afterwards.


async def appealed(task: Matter) -> None:
    """Closed, but it broke again: reopened with new facts, and closed once more."""
    await task.sent_to()
    await task.handled()
    appeal = task.resident("appeal_closure", new_facts="修好第二天又坏了，附照片。")
    task.must_be(await task.does(appeal), "TRIAGED")
    await task.does(task.dispatch(task.main))
    await task.handled(grade=4)


async def score_excluded(task: Matter) -> None:
    """An enforcement matter is left out of the score, for a reason and by somebody else."""
    await task.sent_to()
    await task.handled(grade=3)
    await task.does(
        _score_appeal(task, "ENFORCEMENT_OR_MEDIATION"),
        task.supervisor("exclude_score", reason="属执法事项，不以满意度单独评价。"),
    )
    await task.until("score_excluded.v1")


async def score_upheld(task: Matter) -> None:
    """A malicious request, says the unit; it counts, says the adjudicator."""
    await task.sent_to()
    await task.handled(grade=3)
    await task.does(
        _score_appeal(task, "MALICIOUS"),
        task.adjudicator("uphold_score", reason="诉求属实，不予剔除。"),
    )
    await task.until("score_upheld.v1")


def _score_appeal(task: Matter, ground: str) -> Saying:
    return task.unit("appeal_score", ground=ground, evidence="附现场记录及通话记录。")
