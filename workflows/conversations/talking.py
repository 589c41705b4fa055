"""What every conversation shares: ask once, report to the case, wait, and hear how the case stands.

`details` is what the case says about the talk at this moment (`domain/*/coordination.py`); it
changes as people answer. Recipients are `unit/<code>` or `subject/<id>`.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from temporalio import workflow

from domain.cases import Talk
from domain.envelope import SYSTEM
from workflows.persevering import PAUSE_FIRST, PAUSE_LONGEST, TELL_RETRY, TELL_TIMEOUT, persevere
from workflows.ports import (
    ASK,
    NOTICE_QUEUE,
    REPORT,
    TALK_CHANGED,
    TALK_ENDED,
    AskRequest,
    Message,
    Submission,
    TalkStart,
    Told,
)
from workflows.reaching import signalled

MatterT = TypeVar("MatterT", bound=Message)


class Conversation:
    """One talk of one case."""

    def __init__(self, start: TalkStart) -> None:
        self.stream, self.parent = start.stream, start.parent
        self.talk = start.talk
        self.over = False

    @workflow.signal(name=TALK_CHANGED)
    def talk_changed(self, talk: Talk) -> None:
        """Hear how the matter stands now."""
        self.talk = talk

    @workflow.signal(name=TALK_ENDED)
    def talk_ended(self) -> None:
        """Hear that the case wants nothing more from this talk."""
        self.over = True

    def matter(self, kind: type[MatterT]) -> MatterT:
        """Return what the talk is about, as the case last said."""
        return kind.model_validate(self.talk.details)

    async def ask(self, step: str, to: str, template: str, **values: str) -> None:
        """Tell *to* once about this *step*; a talk that is begun again does not repeat itself."""
        request = AskRequest(
            stream=self.stream,
            key=f"{self.talk.key}/{step}/{to}",
            to=to,
            template=template,
            values=values,
        )
        await persevere(partial(self._ask, request), "ask")

    async def _ask(self, request: AskRequest) -> Told:
        told: Told = await workflow.execute_activity(
            ASK,
            request,
            task_queue=NOTICE_QUEUE,
            result_type=Told,
            start_to_close_timeout=TELL_TIMEOUT,
            retry_policy=TELL_RETRY,
        )
        return told

    async def report(self, step: str, **command: Any) -> None:
        """Tell the case what the talk came to; waits for a clerk that is being started again."""
        submission = Submission(
            command_id=f"talk/{self.talk.key}/{step}",
            by=SYSTEM,
            command=command,
            because_of=self.talk.key,
        )
        pause = PAUSE_FIRST
        while not self.over and not await signalled(self.parent, REPORT, submission):
            await self.wait(lambda: False, workflow.now() + pause)
            pause = min(pause * 2, PAUSE_LONGEST)

    async def wait(self, enough: Callable[[], bool], until: datetime | None = None) -> bool:
        """Wait until *enough* or *until*; say whether the talk goes on."""
        left = None if until is None else max(until - workflow.now(), timedelta(0))
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.over or enough(), timeout=left)
        return not self.over


def halfway(until: datetime) -> datetime:
    """Return the instant halfway from now to *until*."""
    now = workflow.now()
    return now + (until - now) / 2
