"""Review (双考核): both sides score each other on figures that are frozen first.

The figures are frozen once, at one log position, so that everybody talks about the same ones.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.pairing.commands import ReviewFigures
    from workflows.conversations.matters import Assessment
    from workflows.conversations.talking import Conversation, halfway
    from workflows.persevering import RECORD_RETRY, RECORD_TIMEOUT, persevere
    from workflows.ports import FREEZE_FIGURES, REVIEW, FiguresRequest, TalkStart


@workflow.defn(name=REVIEW)
class Review(Conversation):
    """Bring a review from its frozen figures to both scores, and to whoever closes it."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Freeze the figures, ask both sides, remind once, then ask the authority to close."""
        if not self.opened():
            figures = await persevere(self.freeze, "freeze figures")
            await self.report("opened", kind="open_review", figures=figures.model_dump(mode="json"))
        if not await self.wait(self.opened):
            return
        await self.ask_outstanding("asked", "score_asked")
        until = self.matter(Assessment).until
        if until is not None and await self.wait(self.both_scored, halfway(until)):
            await self.ask_outstanding("reminded", "score_reminded")
        if await self.wait(self.both_scored):
            for unit in self.matter(Assessment).authority:
                await self.ask("closing", unit, "review_to_close")
        await self.wait(lambda: False)

    async def freeze(self) -> ReviewFigures:
        """Have the figures computed as of now."""
        figures: ReviewFigures = await workflow.execute_activity(
            FREEZE_FIGURES,
            FiguresRequest(stream=self.stream),
            result_type=ReviewFigures,
            start_to_close_timeout=6 * RECORD_TIMEOUT,
            retry_policy=RECORD_RETRY,
        )
        return figures

    async def ask_outstanding(self, step: str, template: str) -> None:
        """Ask each unit whose score is missing."""
        for unit in self.matter(Assessment).outstanding:
            await self.ask(step, unit, template)

    def opened(self) -> bool:
        """Say whether the case has opened the review."""
        return self.matter(Assessment).opened

    def both_scored(self) -> bool:
        """Say whether both sides have given their score."""
        return self.opened() and not self.matter(Assessment).outstanding
