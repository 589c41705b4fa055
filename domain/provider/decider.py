"""Decide what may happen to a provider: every row of its table, by the file that holds its rules.

`decide` refuses or gives facts and changes nothing; it reads no clock, no database and no random
number. Who may speak is in `authority.py`, what is remembered in `memory.py`.
"""

from typing import assert_never

from domain import guards
from domain.clocks import RecomputeDeadlines, RingClock
from domain.provider import admitting, appealing, applying, changing, clocks, leaving, watching
from domain.provider import commands as c
from domain.provider.authority import WHO_MAY, Asking
from domain.provider.facts import ProviderFact
from domain.provider.refusal_rules import refused
from domain.provider.state import Provider, Running
from domain.rules import Rules
from domain.values import instant_text


def decide(state: Provider, asked: Asking, rules: Rules) -> tuple[ProviderFact, ...]:
    """Return the facts that follow from what is asked, or refuse it by rule."""
    guards.authorised(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case RingClock() as command:
            return clocks.ring(state, asked, command, rules)
        case RecomputeDeadlines():
            return clocks.recompute(state, rules)
        case _:
            guards.told_in_time(asked)
            _within_validity(state, asked)
            return (_decided(state, asked, rules),)


def _within_validity(state: Provider, asked: Asking) -> None:
    """An admission whose validity is over only lapses, whenever its clock gets to ring."""
    if isinstance(state, Running) and asked.at >= state.admission.valid_until:
        raise refused("validity-over", until=instant_text(state.admission.valid_until))


def _decided(state: Provider, asked: Asking, rules: Rules) -> ProviderFact:
    """One command of a person or a conversation gives one fact."""
    match asked.command:
        case c.ApplyForAdmission() as command:
            return applying.apply_for_admission(state, asked, command, rules)
        case c.NameAgent() as command:
            return applying.name_agent(state, asked, command, rules)
        case c.AskCorrection() as command:
            return applying.ask_correction(state, asked, command, rules)
        case c.CorrectApplication() as command:
            return applying.correct_application(state, asked, command, rules)
        case c.TakeUpApplication():
            return admitting.take_up(state, asked, rules)
        case c.VerifyItem() as command:
            return admitting.verify_item(state, asked, command, rules)
        case c.AdmitProvider() as command:
            return admitting.admit(state, asked, command, rules)
        case c.RefuseProvider() as command:
            return admitting.refuse(state, asked, command, rules)
        case c.RenewAdmission() as command:
            return admitting.renew(state, asked, command, rules)
        case c.ReportChange() as command:
            return changing.report_change(state, asked, command, rules)
        case c.RecordServiceHours() as command:
            return changing.record_hours(state, asked, command, rules)
        case c.InspectProvider() as command:
            return watching.inspect(state, asked, command, rules)
        case c.JudgeComplaint() as command:
            return watching.judge_complaint(state, asked, command, rules)
        case c.WarnProvider() as command:
            return watching.warn(state, asked, command, rules)
        case c.SubmitRectification() as command:
            return watching.submit_rectification(state, asked, command, rules)
        case c.ConfirmRectification() as command:
            return watching.confirm_rectification(state, asked, command, rules)
        case c.RefuseRectification() as command:
            return watching.refuse_rectification(state, asked, command, rules)
        case c.SuspendProvider() as command:
            return watching.suspend(state, asked, command, rules)
        case c.GiveSuspensionReasons() as command:
            return watching.give_reasons(state, asked, command, rules)
        case c.RestoreProvider() as command:
            return watching.restore(state, asked, command, rules)
        case c.RequestProviderExit() as command:
            return leaving.request_exit(state, asked, command, rules)
        case c.OrderExit() as command:
            return leaving.order_exit(state, asked, command, rules)
        case c.CountersignExit():
            return leaving.countersign_exit(state, asked, rules)
        case c.DropExitOrder() as command:
            return leaving.drop_order(state, asked, command, rules)
        case c.ReviseExitPlan() as command:
            return leaving.revise_plan(state, asked, command, rules)
        case c.AcceptService() as command:
            return leaving.accept_service(state, asked, command, rules)
        case c.CompleteProviderExit():
            return leaving.complete_exit(state, asked, rules)
        case c.AppealMeasure() as command:
            return appealing.appeal(state, asked, command, rules)
        case c.UpholdMeasure() as command:
            return appealing.uphold(state, asked, command, rules)
        case c.LiftMeasure() as command:
            return appealing.lift(state, asked, command, rules)
        case RingClock() | RecomputeDeadlines():
            raise AssertionError("clocks are heard in decide")
        case _ as never:
            assert_never(never)
