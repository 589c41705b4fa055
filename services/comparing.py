"""What another policy pack would have made of a case, said in sentences."""

from collections.abc import Iterator
from typing import Any

from audit.replay.compare import Comparison
from services.seeing import Seer
from wording.labels import Both, clock_label
from wording.reasons import RUNGS
from wording.sentences import instant_shown, limit_text

_JUDGED: dict[str, Both] = {
    "within_limit": ("首次联系是否在时限内", "first contact within its limit"),
    "on_time": ("是否按期办结", "handed in on time"),
    "late": ("是否逾期", "late"),
    "passed": ("考评是否合格", "the review is passed"),
    "value": ("默认评价", "the rating by default"),
    "resolution": ("办结结论", "the conclusion"),
    "satisfied": ("是否满意", "satisfied"),
    "due": ("协办期限", "the limit of assistance"),
}


def differences_of(found: Comparison, seer: Seer) -> Iterator[str]:
    """Yield a sentence for everything that would differ, with the position it speaks of."""
    say = seer.say
    for one in found.dues:
        clock = clock_label(one.clock, seer.language)
        own, other = _due(one.own, seer), _due(one.other, seer)
        yield say(
            f"第 {one.position:,} 位：{clock}期限 {own} → {other}",
            f"Position {one.position:,}, limit of {clock}: {own} → {other}",
        )
    for judged in found.judged:
        what = say(*_JUDGED.get(judged.what, (judged.what, judged.what)))
        own, other = _plain(judged.own, seer), _plain(judged.other, seer)
        yield say(
            f"第 {judged.position:,} 位：{what} {own} → {other}",
            f"Position {judged.position:,}, {what}: {own} → {other}",
        )
    for happens, some in ((False, found.only_own), (True, found.only_other)):
        for rung in some:
            if rung.what == "missed":
                clock = clock_label(rung.clock, seer.language)
                what = say(f"{clock}逾期", f"{clock} missed")
            else:
                what = say(*RUNGS.get(rung.clock, (rung.clock, rung.clock)))
            due = instant_shown(rung.due)
            yield say(
                f"{'会' if happens else '不会'}发生：{what}，{due}",
                f"{'Would' if happens else 'Would not'} have been: {what}, {due}",
            )
    if found.leads is not None:
        own, other = (
            say("、", ", ").join(map(seer.unit_name, some)) or say("无", "none")
            for some in found.leads
        )
        yield say(f"牵头单位：{own} → {other}", f"Leading units: {own} → {other}")
    for refused in found.refused:
        yield say(f"该政策包不允许：{refused}", f"Not allowed there: {refused}")
    if found.cannot_tell is not None:
        yield say(f"无法重演到底：{found.cannot_tell}", f"Cannot be told: {found.cannot_tell}")


def _due(deadline: Any, seer: Seer) -> str:
    if deadline is None:
        return seer.say("不计", "none")
    length = limit_text(deadline.limit, seer.language)
    return seer.say(
        f"{instant_shown(deadline.due)}（{length}）", f"{instant_shown(deadline.due)} ({length})"
    )


def _plain(value: Any, seer: Seer) -> str:
    if isinstance(value, bool):
        return seer.say("是" if value else "否", "yes" if value else "no")
    if value is None:
        return "—"
    return instant_shown(value) if hasattr(value, "astimezone") else str(value)
