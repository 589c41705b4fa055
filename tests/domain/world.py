"""The cast: a small district like Tianhe, its people and their grants, one policy, one Monday.

Every test is an episode from this town. People are ids without names; places are codes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from uuid import NAMESPACE_OID, uuid5

from domain.calendar import CalendarDay, CalendarYear, WorkCalendar
from domain.community_figures import CountedBy, CountedCommunity, counted_communities
from domain.envelope import SYSTEM, By
from domain.facility.pack import ComplexGuideline, FacilityLimits, FacilityPack, Milestone
from domain.figures import ReviewFigures
from domain.finding.pack import Comparison, FindingLevel, FindingPack, Indicator
from domain.labelled import Ground, Label
from domain.people import Channel, Grant, Known, Person, Role
from domain.policy import (
    Appeals,
    Callbacks,
    Carrying,
    Category,
    Extensions,
    Handling,
    PairingLimits,
    Policy,
    Ratings,
    Returns,
    Rework,
    Supervision,
    TaskLimits,
    Whistling,
)
from domain.programme.pack import ProgrammePack
from domain.provider.figures import ServiceFigures
from domain.provider.pack import (
    ExitGround,
    GradeRow,
    LicenceKind,
    ProviderPack,
    SuspensionGround,
    VerificationItem,
)
from domain.rules import Neighbour, NeighbourPairing, NeighbourTask, Rules, Terms
from domain.sealed import Sealed
from domain.units import Unit, UnitKind

# One fixed Monday and how to speak of the days after it.

CHINA = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 5, 11, 9, 0, tzinfo=CHINA)
"""Nine o'clock; the next day off that is not a weekend is Friday 19 June."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def on(month: int, day: int, time: str = "09:00", year: int = 2026) -> datetime:
    """Return a moment as the town's clocks show it."""
    hour, minute = (int(part) for part in time.split(":"))
    return datetime(year, month, day, hour, minute, tzinfo=CHINA)


def uuid_of(what: str) -> str:
    """Return one opaque id for *what*, the same on every run."""
    return str(uuid5(NAMESPACE_OID, what))


def task_id(what: str) -> str:
    """Return the stream of the task *what*."""
    return f"task/{uuid_of(what)}"


def sealed(what: str = "a text", holder: str = "case") -> Sealed:
    """Return a reference to a sealed text, under the key of *holder* (a stream, or the case)."""
    stream = task_id("the ramp") if holder == "case" else holder
    return Sealed(holder=stream, item=uuid_of(what), digest=sha256(what.encode()).hexdigest())


# Units.

SHIPAI = "440106005-SO"
WUSHAN = "440106006-SO"
SHIPAI_CENTER = "440106005-PC"
SHIPAI_COMMITTEE = "440106005001-RC"
CIVIL_AFFAIRS = "440106-CA"
HEALTH = "440106-HL"
HOUSING = "440106-HS"
MARKET = "440106-MK"
ORGANIZATION = "440106-ORG"
HOTLINE = "440106-12345"
SUPERVISION_OFFICE = "440106-SV"
DISSOLVED = "440106-OLD"

SHIPAI_PLACE = "440106005001"
WUSHAN_PLACE = "440106006001"


def _unit(
    code: str, name: str, kind: UnitKind, division: str = "440106", line: str | None = None
) -> Unit:
    until = on(1, 1) if code == DISSOLVED else None
    return Unit(
        code=code, name=name, kind=kind, division=division, line=line, since=LONG_AGO, until=until
    )


UNITS = {
    unit.code: unit
    for unit in (
        _unit(SHIPAI, "石牌街道办事处", UnitKind.STREET_OFFICE, "440106005"),
        _unit(WUSHAN, "五山街道办事处", UnitKind.STREET_OFFICE, "440106006"),
        _unit(SHIPAI_CENTER, "石牌街道党群服务中心", UnitKind.PARTY_SERVICE_CENTER, "440106005"),
        _unit(SHIPAI_COMMITTEE, "石牌一居委会", UnitKind.RESIDENTS_COMMITTEE, "440106005001"),
        _unit(CIVIL_AFFAIRS, "区民政局", UnitKind.DEPARTMENT, line="civil_affairs"),
        _unit(HEALTH, "区卫生健康局", UnitKind.DEPARTMENT, line="health"),
        _unit(HOUSING, "区住房和建设局", UnitKind.DEPARTMENT, line="housing"),
        _unit(MARKET, "区市场监督管理局", UnitKind.DEPARTMENT, line="market"),
        _unit(DISSOLVED, "已撤销的局", UnitKind.DEPARTMENT, line="culture"),
        _unit(ORGANIZATION, "区委组织部", UnitKind.ORGANIZATION_DEPT),
        _unit(HOTLINE, "区12345热线中心", UnitKind.HOTLINE),
        _unit(SUPERVISION_OFFICE, "区督办室", UnitKind.SUPERVISION_OFFICE),
    )
}

# People: each name is a By, the person acting in the one role the name tells of.


def acting(name: str, role: Role, unit: str | None, channel: Channel = Channel.CONSOLE) -> By:
    """Return the person *name* acting as *role* for *unit*."""
    return By(
        role=role, person=f"person/{uuid_of(name)}", unit=unit, channel=channel, known=Known.SESSION
    )


DISPATCHER = acting("Chen of Shipai", Role.STREET_DISPATCHER, SHIPAI)
SECOND_DISPATCHER = acting("Deng of Shipai", Role.STREET_DISPATCHER, SHIPAI)
WUSHAN_DISPATCHER = acting("He of Wushan", Role.STREET_DISPATCHER, WUSHAN)
CENTER_COORDINATOR = acting("Liang of the centre", Role.CENTER_COORDINATOR, SHIPAI_CENTER)
COMMUNITY_WORKER = acting("Ma of the committee", Role.COMMUNITY_WORKER, SHIPAI_COMMITTEE)
CIVIL_COORDINATOR = acting("Wang of civil affairs", Role.DEPT_COORDINATOR, CIVIL_AFFAIRS)
CIVIL_STAFF = acting("Li of civil affairs", Role.DEPT_STAFF, CIVIL_AFFAIRS)
CIVIL_STAFF_2 = acting("Luo of civil affairs", Role.DEPT_STAFF, CIVIL_AFFAIRS)
HEALTH_COORDINATOR = acting("Zhao of health", Role.DEPT_COORDINATOR, HEALTH)
HEALTH_STAFF = acting("Zhou of health", Role.DEPT_STAFF, HEALTH)
HOUSING_COORDINATOR = acting("Sun of housing", Role.DEPT_COORDINATOR, HOUSING)
HOUSING_STAFF = acting("Song of housing", Role.DEPT_STAFF, HOUSING)
MARKET_COORDINATOR = acting("Qian of market", Role.DEPT_COORDINATOR, MARKET)
STREET_COORDINATOR = acting("Shi of Shipai", Role.DEPT_COORDINATOR, SHIPAI)
STREET_STAFF = acting("Su of Shipai", Role.DEPT_STAFF, SHIPAI)
AUTHORITY = acting("Zhang of the organisation dept", Role.PARTY_AUTHORITY, ORGANIZATION)
SECOND_AUTHORITY = acting("Zeng of the organisation dept", Role.PARTY_AUTHORITY, ORGANIZATION)
ADJUDICATOR = acting("Feng who decides", Role.ADJUDICATOR, SUPERVISION_OFFICE)
SUPERVISOR = acting("Guo who supervises", Role.SUPERVISOR, SUPERVISION_OFFICE)
CALLBACK_AGENT = acting("Hu of the hotline", Role.CALLBACK_AGENT, HOTLINE)
AUDITOR = acting("Jin who audits", Role.AUDITOR, SUPERVISION_OFFICE)
DPO = acting("Kong who protects data", Role.DPO, SUPERVISION_OFFICE)
REGISTRAR = acting("Lin of the registry", Role.REGISTRAR, ORGANIZATION)
# People with two roles, and one whose grant ended: the tests of separated duties need both.
CIVIL_CALLBACK_AGENT = acting("Cai of civil affairs", Role.CALLBACK_AGENT, CIVIL_AFFAIRS)
CIVIL_ADJUDICATOR = acting("Wang of civil affairs", Role.ADJUDICATOR, CIVIL_AFFAIRS)
CIVIL_SUPERVISOR = acting("Wang of civil affairs", Role.SUPERVISOR, CIVIL_AFFAIRS)
STAFF_WHO_SIGNS = (
    acting("Xu with two hats", Role.DEPT_STAFF, CIVIL_AFFAIRS),
    acting("Xu with two hats", Role.DEPT_COORDINATOR, CIVIL_AFFAIRS),
)
BOTH_KEYS = (
    acting("Yu with two hats", Role.SUPERVISOR, SUPERVISION_OFFICE),
    acting("Yu with two hats", Role.ADJUDICATOR, SUPERVISION_OFFICE),
)
DISPATCHER_WHO_HANDLES = (
    acting("Pan with two hats", Role.DEPT_COORDINATOR, CIVIL_AFFAIRS),
    acting("Pan with two hats", Role.STREET_DISPATCHER, SHIPAI),
)
RETIRED_DISPATCHER = acting("Tan who retired", Role.STREET_DISPATCHER, SHIPAI)
ELSEWHERE = tuple(
    acting("He of Wushan", role, WUSHAN)
    for role in (
        Role.SUPERVISOR,
        Role.ADJUDICATOR,
        Role.CALLBACK_AGENT,
        Role.CENTER_COORDINATOR,
        Role.COMMUNITY_WORKER,
    )
)
"""The roles that act for a place, held in another street."""
STRANGER = acting("nobody in the registry", Role.STREET_DISPATCHER, SHIPAI)
"""Says to be a dispatcher; the registry does not know this person."""

OFFICIALS = (
    DISPATCHER,
    SECOND_DISPATCHER,
    WUSHAN_DISPATCHER,
    CENTER_COORDINATOR,
    COMMUNITY_WORKER,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    HOUSING_COORDINATOR,
    HOUSING_STAFF,
    MARKET_COORDINATOR,
    STREET_COORDINATOR,
    STREET_STAFF,
    AUTHORITY,
    SECOND_AUTHORITY,
    ADJUDICATOR,
    SUPERVISOR,
    CALLBACK_AGENT,
    AUDITOR,
    DPO,
    REGISTRAR,
    CIVIL_CALLBACK_AGENT,
    CIVIL_ADJUDICATOR,
    CIVIL_SUPERVISOR,
    *STAFF_WHO_SIGNS,
    *BOTH_KEYS,
    *DISPATCHER_WHO_HANDLES,
    RETIRED_DISPATCHER,
    *ELSEWHERE,
)


def resident(name: str) -> By:
    """Return the resident *name*, speaking for themselves through a link."""
    subject = f"subject/{uuid_of(name)}"
    return By(role=Role.RESIDENT, person=subject, channel=Channel.LINK)


AGENT = By(
    role=Role.PROVIDER,
    person=f"subject/{uuid_of('an agent of a provider')}",
    channel=Channel.LINK,
    known=Known.LINK,
    session="01995f3a-0000-7000-8000-00000000a6e7",
)
"""Somebody who speaks for a provider, by the link that was issued to it."""


GRANDMA = resident("the grandmother at no. 14")
NEIGHBOUR = resident("the neighbour at no. 16")
PASSER_BY = resident("a resident of another case")

EVERYBODY = (
    SYSTEM,
    ADJUDICATOR,
    AGENT,
    AUDITOR,
    AUTHORITY,
    SECOND_AUTHORITY,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    SECOND_DISPATCHER,
    DPO,
    GRANDMA,
    HEALTH_COORDINATOR,
    REGISTRAR,
    SUPERVISOR,
    # The same roles, held elsewhere, held no longer, or held by nobody.
    HOUSING_COORDINATOR,
    STREET_COORDINATOR,
    WUSHAN_DISPATCHER,
    RETIRED_DISPATCHER,
    STRANGER,
)
"""One of every role, for tables of who may say what."""


def _people() -> dict[str, Person]:
    grants: dict[str, list[Grant]] = {}
    for one in OFFICIALS:
        until = on(5, 1) if one is RETIRED_DISPATCHER else None
        grants.setdefault(str(one.person), []).append(
            Grant(role=one.role, unit=str(one.unit), since=LONG_AGO, until=until)
        )
    return {who: Person(id=who, name=None, grants=tuple(some)) for who, some in grants.items()}


PEOPLE = _people()

# The calendar: 2026 as published, and a 2027 nobody has published (invented for these tests).


def _days(*spans: tuple[str, str, bool]) -> tuple[CalendarDay, ...]:
    days = []
    for first, last, is_off in spans:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            days.append(CalendarDay(name="假日" if is_off else "调休", date=day, isOffDay=is_off))
            day += timedelta(days=1)
    return tuple(days)


YEAR_2026 = CalendarYear(
    year=2026,
    days=_days(
        ("2026-01-01", "2026-01-03", True),
        ("2026-01-04", "2026-01-04", False),
        ("2026-02-14", "2026-02-14", False),
        ("2026-02-15", "2026-02-23", True),
        ("2026-02-28", "2026-02-28", False),
        ("2026-04-04", "2026-04-06", True),
        ("2026-05-01", "2026-05-05", True),
        ("2026-05-09", "2026-05-09", False),
        ("2026-06-19", "2026-06-21", True),
        ("2026-09-20", "2026-09-20", False),
        ("2026-09-25", "2026-09-27", True),
        ("2026-10-01", "2026-10-07", True),
        ("2026-10-10", "2026-10-10", False),
    ),
)
YEAR_2027 = CalendarYear(
    year=2027, days=_days(("2027-01-01", "2027-01-05", True), ("2027-01-09", "2027-01-09", False))
)

# The policy: close to `gd-2022`, written out here so that every expected instant can be read off.


def _grounds(*codes: str) -> tuple[Ground, ...]:
    return tuple(Ground(code=code, label=Label(zh=code, en=code)) for code in codes)


def _label(code: str) -> Label:
    return Label(zh=code, en=code)


def _category(code: str, *lead: str, cooperating: tuple[str, ...] = ()) -> Category:
    label = Label(zh=code, en=code)
    return Category(
        code=code, label=label, lead=lead, cooperating=cooperating, street_leads=code == "OTHER"
    )


def _indicator(
    code: str, *levels: str, target: int | None, category: str, comparison: str = "AT_MOST"
) -> Indicator:
    return Indicator(
        code=code,
        label=Label(zh=code, en=code),
        levels=tuple(FindingLevel(level) for level in levels),
        unit=Label(zh="个", en="pcs"),
        comparison=Comparison(comparison),
        target=target,
        category=category,
    )


FINDINGS = FindingPack(
    adoption="10wd",
    planning="20wd",
    remedy_max="730d",
    verification="10wd",
    refresh="182d",
    reopening="365d",
    office_line="housing",
    dismissal_grounds=_grounds("DOUBLE_COUNTED", "MEASURED_WRONGLY"),
    indicators=(
        _indicator("ELDER_FACILITY", "COMMUNITY", "ESTATE", target=0, category="ELDER"),
        _indicator("PARKING", "COMMUNITY", target=0, category="PROPERTY"),
        _indicator("PARK_COVERAGE", "BLOCK", target=None, category="HEALTH", comparison="AT_LEAST"),
        _indicator("BENCHES", "COMMUNITY", target=0, category="OTHER"),
        _indicator("BEDS", "DISTRICT", target=100, category="ELDER", comparison="AT_LEAST"),
    ),
)
PROVIDERS = ProviderPack(
    look_at="5wd",
    correct="5wd",
    verify="10wd",
    verify_change="10wd",
    rectify="15wd",
    confirm="10wd",
    reasons="2wd",
    countersign="2wd",
    hand_over="20wd",
    appeal="10wd",
    bar="730d",
    suspension_max="90d",
    validity_max="1096d",
    notice_days=(60, 30),
    floor="C",
    floor_periods=2,
    complaints_to_exit=2,
    complaints_within="365d",
    supervising_lines=("market",),
    items=(
        VerificationItem(code="LICENCE", label=_label("LICENCE"), line="market"),
        VerificationItem(code="SAFETY", label=_label("SAFETY"), line="housing"),
        VerificationItem(code="STAFF", label=_label("STAFF")),
    ),
    licence_item="LICENCE",
    licences=(
        LicenceKind(code="BUSINESS", label=_label("BUSINESS")),
        LicenceKind(code="FOOD", label=_label("FOOD"), needed_for=("MEAL",)),
    ),
    refusals=_grounds("ITEM_NOT_MET", "NOT_CORRECTED"),
    warnings=_grounds("INSPECTION_FAILED", "COMPLAINT_UPHELD"),
    suspensions=(
        SuspensionGround(code="SAFETY", label=_label("SAFETY"), at_once=True),
        SuspensionGround(code="INVESTIGATION", label=_label("INVESTIGATION")),
    ),
    exits=(
        ExitGround(code="ACCIDENT", label=_label("ACCIDENT")),
        ExitGround(code="BELOW_FLOOR", label=_label("BELOW_FLOOR"), shown_by="GRADES"),
        ExitGround(code="COMPLAINTS", label=_label("COMPLAINTS"), shown_by="COMPLAINTS"),
        ExitGround(code="LICENCE_ENDED", label=_label("LICENCE_ENDED"), shown_by="LICENCE"),
    ),
    grades=(
        GradeRow(
            code="A",
            label=_label("A"),
            satisfied_percent=90,
            on_time_percent=95,
            complaints_max=0,
            failed_inspections_max=0,
        ),
        GradeRow(
            code="B", label=_label("B"), satisfied_percent=80, on_time_percent=85, complaints_max=1
        ),
        GradeRow(code="C", label=_label("C"), satisfied_percent=60, on_time_percent=70),
        GradeRow(code="D", label=_label("D")),
    ),
)
"""What the town asks of those who serve its residents."""

POLICY = Policy(
    id="town",
    label=Label(zh="测试城区", en="test town"),
    basis=("穗府令191号",),
    calendar="CN",
    working_hours=(("09:00", "12:00"), ("13:00", "17:00")),
    count_from="next_day",
    handling=Handling(
        consult="2wd",
        help="10wd",
        suggestion="10wd",
        complaint="15wd",
        report="15wd",
        urgent="24h",
        grades={"QUICK": "3wd"},
    ),
    limits=TaskLimits(
        triage="2wh",
        queue="10min",
        dispatch="4wh",
        sign_in="4wh",
        return_review="4wh",
        adjudication="1wd",
        first_contact="24h",
        stage_report="5wd",
        stage_report_from="10wd",
        extension_review="4wh",
        result_review="1wd",
        callback="2wd",
        callback_retry="24h",
        archive="30d",
        urgent={"triage": "15min", "sign_in": "30min", "first_contact": "30min"},
    ),
    returns=Returns(within="1wd", per_unit=1),
    extensions=Extensions(times_max=2, limit_max="10wd", apply_before="1wd"),
    supervision=Supervision(
        remind_at_percent=50,
        remind_before="1wd",
        yellow_at_percent=80,
        listed_after="5wd",
        listed_on_dissatisfied=2,
        reds_to_summon=3,
        reds_within="90d",
    ),
    programmes=ProgrammePack(
        draft_review="10wd",
        selection="20wd",
        publication="5wd",
        progress_every="92d",
        assessment="30wd",
        reviewers_min=3,
        quota_max=100,
        criteria=_grounds("NEED_URGENCY", "SITE_CONDITIONS", "LASTING_OPERATION"),
    ),
    ratings=Ratings(window="5d", remind_after="3d"),
    callbacks=Callbacks(attempts_max=3, days_min=2),
    rework=Rework(rounds_max=2, share_percent=50, at_least="1wd"),
    appeals=Appeals(closure_within="15d", score_within="5wd"),
    carrying=Carrying(review_max="90d", causes=_grounds("PLANNING", "PROPERTY_RIGHT", "BUDGET")),
    whistling=Whistling(
        emergency_arrival="30min",
        arrival_max="48h",
        grounds=_grounds("HARD_COMPLAINT", "JOINT_ENFORCEMENT", "EMERGENCY"),
    ),
    findings=FINDINGS,
    pairing=PairingLimits(
        answer="5wd",
        signing="10wd",
        approval="5wd",
        review_every="180d",
        review="10wd",
        suspension_max="90d",
        renewal_before="60d",
        hand_over="20wd",
        term_max="1096d",
        mandatory_terms=_grounds("GOALS", "RESOURCES", "EXIT"),
    ),
    facilities=FacilityPack(
        limits=FacilityLimits(
            decide="20wd",
            complete="10wd",
            accept="20wd",
            open="60d",
            rectify="20wd",
            term_notice="60d",
        ),
        report_by=10,
        approving_lines=("housing",),
        milestones=(
            Milestone(code="DESIGN", label=Label(zh="DESIGN", en="DESIGN"), within="20wd"),
            Milestone(code="WORKS", label=Label(zh="WORKS", en="WORKS"), within="60wd"),
        ),
        complex=ComplexGuideline(
            source="建设导则（试行）",
            area_min=600,
            area_advised=800,
            functions_min=3,
            core=("ELDER", "MEAL", "HEALTH"),
            core_min=2,
            care=("ELDER",),
        ),
        checklist=_grounds("AREA", "FIRE"),
        funding_sources=_grounds("DISTRICT", "BOND", "SOCIAL"),
        suspension_grounds=_grounds("SAFETY", "QUALITY"),
        coverage=("ELDER", "HEALTH", "MEAL"),
    ),
    providers=PROVIDERS,
    categories=(
        _category("ELDER", "civil_affairs", cooperating=("health",)),
        _category("HEALTH", "health"),
        _category("MEAL", "civil_affairs", cooperating=("market",)),
        _category("PROPERTY", "housing"),
        _category("OTHER"),
    ),
    lines={
        line: Label(zh=line, en=line)
        for line in ("civil_affairs", "health", "housing", "market", "culture")
    },
    duty_classes=_grounds("BASIC", "COOPERATE", "UPPER_RECALLED"),
    refusal_grounds=_grounds("LITIGATION", "NO_NEW_FACTS", "SECRET", "BEYOND_DUTY", "UNLAWFUL"),
    divert_routes=_grounds("110", "119", "120", "122", "PETITION"),
    termination_grounds=_grounds("NOT_ADMISSIBLE", "NO_COOPERATION"),
    score_exclusion_grounds=_grounds("ENFORCEMENT", "MALICIOUS", "UNREACHABLE"),
)


@dataclass(frozen=True)
class Town:
    """The other cases of the town, as a test needs them."""

    tasks: tuple[NeighbourTask, ...] = ()
    pairings: tuple[NeighbourPairing, ...] = ()
    others: tuple[Neighbour, ...] = ()
    reds: Mapping[str, int] = field(default_factory=dict)
    frozen: ReviewFigures = field(default_factory=ReviewFigures)
    counted: Mapping[str, CountedCommunity] = field(default_factory=dict)
    served: ServiceFigures = field(default_factory=ServiceFigures)

    def case(self, stream: str) -> Neighbour | None:
        known = (*self.tasks, *self.pairings, *self.others)
        return next((one for one in known if one.stream == stream), None)

    def cases(self, category: str) -> Iterator[Neighbour]:
        known = sorted((*self.tasks, *self.pairings, *self.others), key=lambda one: one.stream)
        return (one for one in known if one.stream.startswith(f"{category}/"))

    def task(self, stream: str) -> NeighbourTask | None:
        return next((task for task in self.tasks if task.stream == stream), None)

    def pairing(self, stream: str) -> NeighbourPairing | None:
        return next((pairing for pairing in self.pairings if pairing.stream == stream), None)

    def open_tasks(self, pairing: str) -> tuple[NeighbourTask, ...]:
        return tuple(task for task in self.tasks if task.is_open and task.pairing == pairing)

    def open_tasks_of(self, subject: str) -> tuple[NeighbourTask, ...]:
        return tuple(task for task in self.tasks if task.is_open and subject in task.subjects)

    def open_pairings_of(self, unit: str) -> tuple[NeighbourPairing, ...]:
        return tuple(one for one in self.pairings if one.is_open and unit in one.parties)

    def open_tasks_at(self, places: Callable[[str], bool]) -> tuple[NeighbourTask, ...]:
        return tuple(task for task in self.tasks if task.is_open and places(task.place))

    def open_tasks_with(self, unit: str) -> tuple[NeighbourTask, ...]:
        return tuple(task for task in self.tasks if task.is_open and task.main_unit == unit)

    def open_tasks_by(self, provider: str) -> tuple[NeighbourTask, ...]:
        return tuple(task for task in self.tasks if task.is_open and task.provider == provider)

    def services(
        self, provider: str, period: tuple[datetime, datetime], satisfied_from: Mapping[str, int]
    ) -> ServiceFigures:
        return self.served

    def red_cards(self, unit: str, since: datetime) -> int:
        return self.reds.get(unit, 0)

    def figures(self, pairing: str, satisfied_from: Mapping[str, int]) -> ReviewFigures:
        return self.frozen

    def community_figures(
        self, communities: tuple[str, ...], by: CountedBy
    ) -> Mapping[str, CountedCommunity]:
        nothing = counted_communities(communities, -1, lambda _: (), by)
        return {one: self.counted.get(one, nothing[one]) for one in communities}


@cache
def calendar(*years: CalendarYear) -> WorkCalendar:
    """Return the town's calendar of *years*."""
    return WorkCalendar.of("CN", years, working_hours=POLICY.working_hours)


def terms(policy: Policy = POLICY, *years: CalendarYear) -> Terms:
    """Return *policy* with the calendar of *years* (none: 2026)."""
    return Terms(policy, policy.version, calendar(*(years or (YEAR_2026,))))


RULES = Rules({POLICY.id: terms()}, UNITS, PEOPLE, default_policy=POLICY.id)


def without(rules: Rules, role: Role, unit: str) -> Rules:
    """Return *rules* in which nobody holds *role* at *unit*."""
    people = {
        who: one.model_copy(
            update={"grants": tuple(g for g in one.grants if (g.role, g.unit) != (role, unit))}
        )
        for who, one in rules.people.items()
    }
    return replace(rules, people=people)


def rules_with(
    policy: Policy = POLICY, *, town: Town | None = None, years: tuple[CalendarYear, ...] = ()
) -> Rules:
    """Return the town's rules under another *policy*, with neighbours, or with other years."""
    known = replace(RULES, policies={policy.id: terms(policy, *years)}, default_policy=policy.id)
    return known if town is None else replace(known, neighbours=town)
