"""Policy packs: what differs from city to city, as validated, versioned data.

A pack holds every limit, window, threshold, ground and category; no code names a city. Packs are
published as facts on `policy/<id>` and get a version by content.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from domain.canonical import digest_of
from domain.clocks import CountFrom, LimitText
from domain.facility.pack import FacilityPack
from domain.finding.pack import FindingPack, Indicator
from domain.labelled import Ground, Label
from domain.programme.pack import ProgrammePack
from domain.provider.pack import ProviderPack
from domain.values import Code, DivisionCode, Frozen, Grown, OfficeText, UnitCode, covers

Percent = Annotated[int, Field(ge=1, le=100)]
PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,31}$")]
CalendarName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,31}$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def _and(words: set[str]) -> str:
    return ", ".join(sorted(words))


class Category(Frozen):
    """A service category with the lines of the departments that lead and cooperate."""

    code: Code
    label: Label
    lead: tuple[Code, ...]
    cooperating: tuple[Code, ...] = ()
    street_leads: bool = False
    rating_excluded_from_score: bool = False


class Handling(Frozen):
    """How long handling may take: one limit per request type, and per grade the pack adds."""

    consult: LimitText
    help: LimitText
    suggestion: LimitText
    complaint: LimitText
    report: LimitText
    urgent: LimitText
    grades: dict[Code, LimitText] = Field(default_factory=dict)


class TaskLimits(Frozen):
    """The clocks of a support task beside the due clock; *urgent* replaces single ones."""

    triage: LimitText
    queue: LimitText
    dispatch: LimitText
    sign_in: LimitText
    return_review: LimitText
    adjudication: LimitText
    first_contact: LimitText
    stage_report: LimitText
    stage_report_from: LimitText
    extension_review: LimitText
    result_review: LimitText
    callback: LimitText
    callback_retry: LimitText
    archive: LimitText
    urgent: dict[Code, LimitText] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _meets(self) -> "TaskLimits":
        """An urgent limit stands for a limit there is; a misspelt one would never be looked at."""
        clocks = set(type(self).model_fields) - {"urgent"}
        for clock in self.urgent:
            if clock not in clocks:
                raise ValueError(
                    f"urgent names the unknown limit {clock}; there are {_and(clocks)}"
                )
        return self


class Returns(Frozen):
    """Returning a dispatched task: within *within* of dispatch, *per_unit* times."""

    within: LimitText
    per_unit: int = Field(ge=0, le=3)


class Extensions(Frozen):
    """Asking for more time: how often, how much each time, how long before the due instant."""

    times_max: int = Field(ge=0, le=5)
    limit_max: LimitText
    apply_before: LimitText


class Supervision(Frozen):
    """The ladder: reminders, yellow, red, listed, summoned (domain.md §1.7)."""

    remind_at_percent: Percent
    remind_before: LimitText
    yellow_at_percent: Percent
    listed_after: LimitText
    listed_on_dissatisfied: int = Field(ge=1, le=5)
    reds_to_summon: int = Field(ge=1, le=20)
    reds_within: LimitText

    @model_validator(mode="after")
    def _meets(self) -> "Supervision":
        """The reminder comes before yellow, and yellow before red, which is raised at the due."""
        if not self.remind_at_percent < self.yellow_at_percent < 100:
            raise ValueError(
                f"the ladder must rise: remind at {self.remind_at_percent} %, yellow at "
                f"{self.yellow_at_percent} %, red at 100 %"
            )
        return self


class Ratings(Frozen):
    """The resident's window; an unrated task stays unrated unless *default* says otherwise."""

    window: LimitText
    remind_after: LimitText
    default: Literal["NONE", "SATISFIED"] = "NONE"
    satisfied_from: int = Field(default=3, ge=2, le=5)


class Callbacks(Frozen):
    """Callback attempts: at most *attempts_max*, on at least *days_min* different days."""

    attempts_max: int = Field(ge=1, le=9)
    days_min: int = Field(ge=1, le=9)


class Rework(Frozen):
    """Rework rounds: how many, and how long each as a share of the first limit."""

    rounds_max: int = Field(ge=0, le=5)
    share_percent: Percent
    at_least: LimitText


class Appeals(Frozen):
    """How long a resident may appeal the closure and a unit the score."""

    closure_within: LimitText
    score_within: LimitText


class Carrying(Frozen):
    """Carrying on the books (挂账): permitted causes and the longest time to the next review."""

    review_max: LimitText
    causes: tuple[Ground, ...]


class Whistling(Frozen):
    """Whistle and arrival (吹哨报到): permitted grounds and the arrival window of emergencies."""

    emergency_arrival: LimitText
    arrival_max: LimitText
    grounds: tuple[Ground, ...]


class PairingLimits(Grown):
    """The clocks and measures of a pairing; *pass_score* is out of 100.

    Whoever promised is told *commitment_remind_before* that it is due; a week of work is ours to
    choose: DESIGN.
    """

    later = frozenset({"commitment_remind_before"})

    answer: LimitText
    signing: LimitText
    approval: LimitText
    review_every: LimitText
    review: LimitText
    suspension_max: LimitText
    renewal_before: LimitText
    hand_over: LimitText
    term_max: LimitText
    fails_to_end: int = Field(default=2, ge=1, le=5)
    pass_score: int = Field(default=60, ge=0, le=100)
    mandatory_terms: tuple[Ground, ...]
    commitment_remind_before: LimitText = "5wd"


class Urging(Frozen):
    """How often a task may be urged (催单) within its limit before its unit is reminded of it."""

    reminds_at: int = Field(default=3, ge=1, le=20)


class Privacy(Grown):
    """How soon a resident's request about their personal information is answered.

    The law says "in good time" (PIPL 50); fifteen working days is what offices commonly promise,
    and ours to choose, as is how long before the officer is told: DESIGN.
    """

    later = frozenset({"remind_before"})

    answer: LimitText = "15wd"
    remind_before: LimitText = "3wd"


class Policy(Grown):
    """A whole policy pack; *divisions* are where it is in force (none named: everywhere).

    The dispatchers of the unit *fallback* act wherever the pack is in force, so that no place is
    without one.
    """

    later = frozenset(
        {
            "divisions",
            "facilities",
            "fallback",
            "findings",
            "privacy",
            "programmes",
            "providers",
            "urging",
        }
    )

    id: PackId
    label: Label
    basis: tuple[OfficeText, ...]
    divisions: tuple[DivisionCode, ...] = ()
    fallback: UnitCode | None = None
    calendar: CalendarName
    utc_offset_minutes: int = Field(default=480, ge=-840, le=840)
    working_hours: tuple[tuple[ClockTime, ClockTime], ...] = Field(min_length=1, max_length=4)
    count_from: CountFrom
    handling: Handling
    limits: TaskLimits
    returns: Returns
    extensions: Extensions
    supervision: Supervision
    ratings: Ratings
    callbacks: Callbacks
    rework: Rework
    appeals: Appeals
    carrying: Carrying
    whistling: Whistling
    urging: Urging = Urging()
    findings: FindingPack | None = None
    privacy: Privacy = Privacy()
    programmes: ProgrammePack | None = None
    pairing: PairingLimits
    facilities: FacilityPack | None = None
    providers: ProviderPack | None = None
    categories: tuple[Category, ...] = Field(min_length=1)
    lines: dict[Code, Label]
    duty_classes: tuple[Ground, ...]
    refusal_grounds: tuple[Ground, ...]
    divert_routes: tuple[Ground, ...]
    termination_grounds: tuple[Ground, ...]
    score_exclusion_grounds: tuple[Ground, ...]

    @model_validator(mode="after")
    def _meets(self) -> "Policy":
        """Codes stand once in their list; categories name known lines; hours run forward."""
        for name, listed in self._lists():
            codes = [item.code for item in listed]
            if twice := {code for code in codes if codes.count(code) > 1}:
                raise ValueError(f"{name} holds {_and(twice)} twice")
        for category in self.categories:
            for line in (*category.lead, *category.cooperating):
                if line not in self.lines:
                    raise ValueError(f"category {category.code} names the unknown line {line}")
            if not category.lead and not category.street_leads:
                raise ValueError(f"category {category.code} has nobody to lead it")
        if self.facilities is not None:
            self._facilities_meet(self.facilities)
        known = {category.code for category in self.categories}
        for indicator in self.findings.indicators if self.findings else ():
            if indicator.category not in known:
                raise ValueError(
                    f"indicator {indicator.code} names the unknown category {indicator.category}"
                )
        if self.findings is not None and self.findings.office_line not in self.lines:
            raise ValueError(f"findings name the unknown line {self.findings.office_line}")
        times = [moment for span in self.working_hours for moment in span]
        if times != sorted(set(times)):
            raise ValueError("working hours must run forward and not overlap")
        return self

    def _facilities_meet(self, part: FacilityPack) -> None:
        """Facilities are made of services and approved by lines the pack knows."""
        if strange := part.named_categories() - {one.code for one in self.categories}:
            raise ValueError(f"facilities names the unknown category {_and(set(strange))}")
        if strange_lines := set(part.approving_lines) - set(self.lines):
            raise ValueError(f"facilities names the unknown line {_and(strange_lines)}")

    def _lists(self) -> tuple[tuple[str, tuple[Category | Ground | Indicator, ...]], ...]:
        findings = self.findings
        return (
            ("findings.indicators", findings.indicators if findings else ()),
            ("findings.dismissal_grounds", findings.dismissal_grounds if findings else ()),
            ("categories", self.categories),
            ("duty_classes", self.duty_classes),
            ("refusal_grounds", self.refusal_grounds),
            ("divert_routes", self.divert_routes),
            ("termination_grounds", self.termination_grounds),
            ("score_exclusion_grounds", self.score_exclusion_grounds),
            ("carrying.causes", self.carrying.causes),
            ("whistling.grounds", self.whistling.grounds),
            ("pairing.mandatory_terms", self.pairing.mandatory_terms),
            ("programmes.criteria", self.programmes.criteria if self.programmes else ()),
        )

    @property
    def version(self) -> str:
        """The pack's id and the first 12 hexadecimal digits of its content's SHA-256."""
        return f"{self.id}@{digest_of(self.model_dump(mode='json'))[:12]}"

    def in_force_at(self, place: str) -> bool:
        """Say whether *place*, a division code, lies where the pack is in force."""
        return not self.divisions or any(covers(one, place) for one in self.divisions)

    def category(self, code: str) -> Category | None:
        """Return the category *code*, or None where the pack does not have it."""
        return next((category for category in self.categories if category.code == code), None)
