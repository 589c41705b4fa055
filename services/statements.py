"""Figure statements of this city: computed, compared with the boards, published, withdrawn."""

import asyncio

from audit.reading import open_reader
from audit.replay.stated import stated
from desk.casework import Asking
from desk.identifiers import new_uuid7
from desk.opening import Books
from domain.envelope import By
from domain.oversight.case import LOG_STREAM
from domain.oversight.refusal_rules import refused
from domain.oversight.standing import StatementMade
from domain.refusals import CommandRefused
from domain.statements import StatedFigure, in_force
from projections.boards import Boards
from projections.service_levels import LevelFilter
from publishing.publisher import Publisher
from publishing.statements import Said
from runtime.settings import Settings
from transparency.checkpoints import read_checkpoint
from transparency.notes import Note
from transparency.statements import Statement


class NotWitnessed(Exception):
    """The newest checkpoint is not published: the witnesses' quorum is lacking."""

    def __init__(self, signed: int, published: int | None) -> None:
        super().__init__(
            f"已签发 {signed:,} 条，见证未满足规则（已公布 {published or 0:,} 条），"
            "不能据此发布报表。 "
            f"The checkpoint of {signed:,} entries lacks the witnesses' quorum "
            f"({published or 0:,} published); no figures are stated under it."
        )


class FiguresDiffer(Exception):
    """The boards and the count from the facts disagree; nothing is stated until they agree."""

    def __init__(self, codes: list[str]) -> None:
        told = ", ".join(codes)
        super().__init__(
            f"看板与逐条复算的指标不一致（{told}），未发布。请先运行 jiedui audit reconcile 查明。 "
            f"Boards and the count from the facts differ in {told}; nothing was published. Find "
            "out why with jiedui audit reconcile."
        )


class CityStatements:
    """What a city does with its statements; a rule says no by `CommandRefused`."""

    def __init__(self, settings: Settings, books: Books, boards: Boards | None = None) -> None:
        self._settings, self._books, self._boards = settings, books, boards
        self.publisher = Publisher(settings, books)

    def made(self) -> tuple[StatementMade, ...]:
        """Return every statement so far, in the order of their numbers."""
        return self.publisher.statements.made()

    async def publish(self, month: str, by: By, reason: str | None = None) -> Statement:
        """State the figures of *month* as the log stands now.

        With *reason* what stands stated of that month is replaced. Raises `NotWitnessed`,
        `FiguresDiffer`, and what `Publisher.publish` raises.
        """
        stands = in_force(self.made(), month)
        checkpoint = await self._covering()
        position = read_checkpoint(checkpoint).size - 1
        figures = await asyncio.to_thread(self._counted, month, position)
        said = Said(
            month,
            figures,
            position=position,
            replaces=None if stands is None or reason is None else stands.number,
            reason=_one_line(reason),
        )
        return await asyncio.to_thread(self._recorded, "publish_figures", said, checkpoint, by)

    async def withdraw(self, number: int, by: By, reason: str) -> Statement:
        """Take statement *number* back, for *reason*; it stays on record. Raises as `publish`."""
        found = next((one for one in self.made() if one.number == number), None)
        if found is None:
            raise refused("statement-unknown", number=number)
        said = Said(found.month, withdraws=number, reason=_one_line(reason))
        checkpoint = await self._covering()
        return await asyncio.to_thread(self._recorded, "withdraw_figures", said, checkpoint, by)

    async def _covering(self) -> Note:
        """Sign what is new, and return the published checkpoint over every entry so far."""
        done = await self.publisher.publish()
        note = self.publisher.folder.published()
        if note is None or done.published != done.size:
            raise NotWitnessed(done.size, done.published)
        return note

    def _counted(self, month: str, position: int) -> tuple[StatedFigure, ...]:
        with open_reader(self._settings.ledger_url) as reader:
            figures = stated(reader, month, position)
        if self._boards is not None and self._stands_at(self._boards, position):
            wanted = LevelFilter(month_from=month, month_to=month)
            shown = {
                rate.metric: (rate.numerator, rate.denominator, rate.excluded)
                for rate in self._boards.levels.rates(wanted)
            }
            differing = [
                one.code for one in figures if shown.get(one.code, _tally(one)) != _tally(one)
            ]
            if differing:
                raise FiguresDiffer(differing)
        return figures

    def _stands_at(self, boards: Boards, position: int) -> bool:
        """Let *boards* catch up; say whether they know every task up to *position*, none later."""
        boards.follower(self._books.ledger).catch_up()
        return self._books.ledger.heads(("task", "policy"))[1] <= position <= boards.position()

    def _recorded(self, kind: str, said: Said, checkpoint: Note, by: By) -> Statement:
        statements = self.publisher.statements
        drafted = statements.drafted(said, checkpoint, self._books.ledger.clock())
        command = {
            "kind": kind,
            "number": drafted.number,
            "month": said.month,
            "position": said.position,
            "size": drafted.stated.size,
            "replaces": said.replaces,
            "withdraws": said.withdraws,
            "reason": said.reason,
            "text": drafted.text,
        }
        told = {name: value for name, value in command.items() if value is not None}
        asking = Asking(f"statement/{new_uuid7()}", by, told)
        (answer,) = self._books.desk.record_now(LOG_STREAM, [asking]).answers
        if isinstance(answer, CommandRefused):
            raise answer
        statements.put_out()
        return drafted


def _tally(one: StatedFigure) -> tuple[int, int, int]:
    return one.numerator, one.denominator, one.excluded


def _one_line(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())
