"""A resident looking at their own matter: in their language and size, by a link of either kind."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from accounts.links import Link
from console.resident_doors import source_of
from console.seeing import as_instant, language_of, page
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.task.state import InHand
from domain.task.state import Known as KnownTask
from domain.units import UnitKind
from services.following import Followed
from services.rating_links import Asked, LinkOver, new_secret
from services.seeing import House
from wording.labels import LABELS, Language, label
from wording.names import KnownNames
from wording.office_words import in_office_words
from wording.plain import PLAIN_STATES
from wording.sentences import item_text


class Visit:
    """A resident looking, without an account: in which house, and how pages are shown to them."""

    def __init__(self, request: Request) -> None:
        self.request, self.source = request, source_of(request)
        self.house: House = request.app.state.house
        self.language: Language = language_of(request)
        self.large = request.cookies.get("large") == "1"
        self.rules: Rules = self.house.books.rulebook.rules(self.house.books.desk.neighbours)
        self.names = KnownNames(self.rules)
        self._cookies: dict[str, str] = {}

    def say(self, chinese: str, english: str) -> str:
        """Return the one of both that they read."""
        return chinese if self.language == "zh" else english

    def switch(self, what: str) -> None:
        """Change to the other language or size, and have the browser keep it."""
        if what == "language":
            self.language = "en" if self.language == "zh" else "zh"
            self._cookies["language"] = self.language
        elif what == "large":
            self.large = not self.large
            self._cookies["large"] = "1" if self.large else "0"

    def page(self, template: str, *, status: int = 200, brand: str = "", **view: Any) -> Response:
        """Return a page in their language and size."""
        shown = page(
            self.request,
            template,
            status=status,
            language=self.language,
            large=self.large,
            brand=brand,
            **view,
        )
        for name, value in self._cookies.items():
            shown.set_cookie(name, value, secure=True, samesite="lax", path="/")
        return shown

    def over(self, door: str = "resident_door.html") -> Response:
        """Say at their *door* that the link is over: used, expired and never issued alike."""
        self.house.following.guessed(self.source)
        return self.page(door, status=404, over=True)

    def followed(self, token: str) -> Followed:
        """Return what this link follows; raise `LinkOver` and `TooMany`."""
        self.house.following.knocked(self.source)
        return self.house.following.opened(token)

    def known_by(self, token: str) -> tuple[Link, KnownTask]:
        """Return link and task of a link of either kind; raise `LinkOver` and `TooMany`."""
        self.house.following.knocked(self.source)
        try:
            asked = self.house.links.asked(token, datetime.now(UTC))
        except LinkOver:
            followed = self.house.following.opened(token)
            return followed.link, followed.task
        return asked.link, asked.task

    def opened(self, token: str) -> Response:
        """Return the page of a link of either kind."""
        try:
            self.house.following.knocked(self.source)
            return self.asking(self.house.links.asked(token, datetime.now(UTC)), token)
        except LinkOver:
            pass
        try:
            return self.matter(self.followed(token), token)
        except LinkOver:
            return self.over()

    def asking(
        self, asked: Asked, token: str, *, problem: str = "", following: str = ""
    ) -> Response:
        """Return the page that asks whether it helped."""
        need = asked.task.body.need
        return self.page(
            "resident.html",
            status=422 if problem else 200,
            brand=self._street(need.place),
            token=token,
            following=following or new_secret(),
            problem=problem,
            category=self.names.category(need.category, self.language),
            steps=self._steps(asked.link.stream),
            until=self.day(asked.until),
            grades=[(code, self._grade(code)) for code in sorted(LABELS["Grade"])],
        )

    def matter(
        self,
        followed: Followed,
        token: str,
        *,
        position: int | None = None,
        refusal: CommandRefused | None = None,
        kind: str = "",
    ) -> Response:
        """Return the page that tells how it goes, and what may be done about it."""
        task, stream = followed.task, followed.link.stream
        recorded = "" if position is None else f"{position:,}"
        due = task.body.sla.due.due if isinstance(task, InHand) and task.body.sla.due else None
        told = "" if refusal is None else self.told(refusal)
        return self.page(
            "resident_matter.html",
            status=200 if refusal is None else 422,
            brand=self._street(task.body.need.place),
            token=token,
            once=new_secret(),
            number=self.number_of(stream),
            category=self.names.category(task.body.need.category, self.language),
            state=self.say(*PLAIN_STATES[task.name]),
            due=due and self.say(f"办理期限 {self.day(due)}", f"due {self.day(due)}"),
            steps=self._steps(stream),
            together=[
                (
                    one,
                    self.names.category(one.category, self.language),
                    self.say(*PLAIN_STATES[one.state]),
                )
                for one in self.house.following.parts(followed.link, task)
            ],
            may=self.house.following.may(followed),
            acts=self._acts(),
            open=kind,
            done=recorded
            and self.say(f"已记下：账本第 {recorded} 位。", f"On record at position {recorded}."),
            problem=told,
        )

    def _acts(self) -> tuple[tuple[str, str, str, bool], ...]:
        """Return what a resident may do, how it is called, and what they are asked to say."""
        say = self.say
        return (
            (
                "urge_task",
                say("催一催", "Ask how long it takes"),
                say("想说什么（可不填）", "Your words (optional)"),
                False,
            ),
            (
                "appeal_closure",
                say("我要申诉", "Appeal"),
                say("有什么新情况", "What is new"),
                True,
            ),
            (
                "withdraw_task",
                say("不用办了，撤回", "Withdraw"),
                say("为什么撤回（可不填）", "Why (optional)"),
                False,
            ),
        )

    def told(self, refusal: CommandRefused, of: str = "") -> str:
        """Return a refusal, about a case *of* a kind, as a resident reads it."""
        names, language = self.names, self.language
        return in_office_words(
            self.say(refusal.chinese, refusal.english),
            lambda code: names.unit(code, language),
            language,
            place_name=lambda code: names.place(code, language),
            ground_name=lambda code: item_text(code, names, language),
            of=of,
        )

    def number_of(self, stream: str) -> str:
        """Return the work-order number of a task."""
        return str(self.house.books.ledger.read(stream)[0].fact["number"])

    def _street(self, place: str) -> str:
        """Return the name of the street office of *place*, "" where there is none."""
        offices = (
            unit.name
            for unit in self.rules.units.values()
            if unit.kind is UnitKind.STREET_OFFICE and place.startswith(unit.division)
        )
        return next(offices, "")

    def _grade(self, code: str) -> str:
        """Return a grade's label without the number, which stands above it."""
        return label(code, self.language, among="Grade").partition("（")[0].partition(" (")[0]

    def day(self, at: datetime) -> str:
        """Return the day of *at* as people say it."""
        found = as_instant(at)
        assert found is not None, "an instant is given"
        return self.say(f"{found.month} 月 {found.day} 日", f"{found:%Y-%m-%d}")

    def _steps(self, stream: str) -> list[tuple[str, str]]:
        def told() -> Iterator[tuple[str, str]]:
            for at, words in self.house.following.progress(stream, self.names, self.language):
                yield self.day(at), words

        return list(told())
