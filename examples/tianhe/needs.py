"""Two hundred and forty rows of a problem ledger, composed from written texts; twelve are wrong."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from names import address, people
from streets import Street
from wrong_rows import WRONG_ROWS, Wrong

HERE = Path(__file__).parent

HEADINGS = (
    "序号",
    "台账编号",
    "诉求来源",
    "诉求类别",
    "诉求类型",
    "所属街道",
    "社区",
    "诉求内容",
    "诉求人",
    "联系电话",
    "住址",
    "是否紧急",
    "是否涉及安全",
    "发现时间",
    "问题事项",
    "期望反馈方式",
)
CATEGORY_LABELS = {
    "ELDER": "养老",
    "CHILDCARE": "托育",
    "MEAL": "社区助餐",
    "HOME": "家政便民",
    "HEALTH": "健康服务",
    "SPORT": "体育健身",
    "CULTURE": "文化休闲",
    "CHILDPLAY": "儿童游憩",
    "EDU": "教育",
    "JOB": "就近就业",
    "STORE": "优品超市",
    "PROPERTY": "物业服务",
    "OTHER": "其他",
}
SOURCES = {
    "R": ("居民提出", "居民来访", "居民来电"),
    "C": ("社区走访", "网格员上报", "社区发现"),
    "P": ("党群服务中心征集",),
    "H": ("12345转办",),
    "K": ("城市体检",),
    "W": ("微心愿",),
}
WITHOUT_REQUESTER = "CK"
"""What an office found itself has nobody to call back."""

FIRST_DAY = datetime(2026, 9, 1)  # noqa: DTZ001 - an office writes local time
DAYS = 74


@dataclass(frozen=True)
class Need:
    """One row as the office wrote it; *formula* replaces the street's cell."""

    ledger_row: str
    source: str
    category: str
    request_type: str
    street: str
    community: str
    text: str
    name: str
    phone: str
    address: str
    urgent: str
    safety: str
    found_at: str
    matter: str
    channel: str
    formula: str | None = None


@dataclass(frozen=True)
class Told:
    """A text as it stands in the list, with what its flags say."""

    category: str
    matter_code: str
    matter: str
    request_type: str
    source: str
    urgent: bool
    safety: bool
    street: str | None
    text: str


def told_needs() -> list[Told]:
    """Return the written needs in the order of the list."""
    found: list[Told] = []
    category = ""
    for line in (HERE / "needs_texts.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            category = line.strip("[]")
        elif line and not line.startswith("#"):
            code, matter, kind, flags, text = line.split("|")
            street = flags[:9] if flags[0].isdigit() else None
            letters = flags[9:] if street else flags
            found.append(
                Told(
                    category,
                    code,
                    matter,
                    kind,
                    letters[0],
                    "U" in letters[1:],
                    "S" in letters[1:],
                    street,
                    text,
                )
            )
    return found


def told_again() -> list[tuple[str, str, str, str]]:
    """Return matter code, type, source and text of the needs that come a second time."""
    lines = (HERE / "needs_again.txt").read_text(encoding="utf-8").splitlines()
    return [
        (code, kind, source, text)
        for code, kind, source, text in (line.split("|") for line in lines if line[:1] != "#")
    ]


def matters() -> dict[str, str]:
    """Return matter label to readable code, for `matters.json`."""
    return {need.matter: need.matter_code for need in told_needs()}


def compose(streets: tuple[Street, ...], seed: int) -> list[Need]:
    """Return all rows in the order in which the ledger was kept; the same for the same seed."""
    chance = random.Random(seed)
    persons = people(chance)
    first: dict[str, tuple[Told, Need]] = {}
    rows: list[Need] = []
    for at, told in enumerate(told_needs()):
        # Every street has its share: go round the streets, starting elsewhere for each round.
        street = streets[(at * 8 + at // len(streets)) % len(streets)]
        if told.street:
            street = next(one for one in streets if one.code == told.street)
        need = one_need(told, street, chance.choice(street.communities).name, chance)
        if told.source not in WITHOUT_REQUESTER:
            need = with_requester(need, next(persons), chance)
        first[told.matter_code] = (told, need)
        rows.append(need)
    for code, kind, source, text in told_again():
        told, earlier = first[code]
        need = replace(
            earlier,
            source=chance.choice(SOURCES[source]),
            request_type=kind,
            text=text,
            found_at=later(earlier.found_at, chance),
            matter=told.matter,
        )
        rows.append(with_requester(need, next(persons), chance))
    for wrong in WRONG_ROWS:
        street = chance.choice(streets)
        community = chance.choice(street.communities).name
        rows.append(wrong_row(wrong, street.name, community, next(persons), chance))
    rows.sort(key=lambda need: (need.found_at[:7] > "2026-12", need.found_at))
    return numbered(rows)


def one_need(told: Told, street: Street, community: str, chance: random.Random) -> Need:
    """Return the row of a written need at a place, still without a requester."""
    text = told.text.replace("{社区}", f"{community}社区").replace("{街道}", street.name)
    return Need(
        ledger_row="",
        source=chance.choice(SOURCES[told.source]),
        category=CATEGORY_LABELS[told.category],
        request_type=told.request_type,
        street=street.name,
        community=f"{community}社区",
        text=text,
        name="",
        phone="",
        address="",
        urgent="是" if told.urgent else "否",
        safety="是" if told.safety else "否",
        found_at=a_moment(chance),
        matter=told.matter,
        channel="无需反馈",
    )


def with_requester(need: Need, person: tuple[str, str], chance: random.Random) -> Need:
    """Return *need* with somebody to answer."""
    return replace(
        need,
        name=person[0],
        phone=person[1],
        address=f"{need.community}{address(chance)}",
        channel=chance.choice(("电话", "电话", "短信", "微信", "上门")),
    )


def a_moment(chance: random.Random) -> str:
    """Return a moment of the office's day; every fourth time only the date was noted."""
    moment = FIRST_DAY + timedelta(days=chance.randrange(DAYS), hours=chance.randint(7, 20))
    moment += timedelta(minutes=chance.randrange(60))
    return moment.strftime("%Y-%m-%d" if chance.random() < 0.25 else "%Y-%m-%d %H:%M")


def later(found_at: str, chance: random.Random) -> str:
    """Return a moment one to five days after *found_at*."""
    day = datetime.strptime(found_at[:10], "%Y-%m-%d")  # noqa: DTZ007 - an office writes local time
    day += timedelta(days=chance.randint(1, 5), hours=chance.randint(8, 19))
    return day.strftime("%Y-%m-%d %H:%M")


def wrong_row(
    wrong: Wrong, street: str, community: str, person: tuple[str, str], chance: random.Random
) -> Need:
    """Return a row that is right but for what *wrong* changes in it."""
    need = Need(
        ledger_row=wrong.ledger_row,
        source=wrong.source,
        category=wrong.category,
        request_type=wrong.request_type,
        street=wrong.street or street,
        community=wrong.community if wrong.street else f"{community}社区",
        text=wrong.text,
        name=person[0],
        phone=person[1],
        address="",
        urgent="否",
        safety="否",
        found_at=wrong.found_at or a_moment(chance),
        matter=wrong.matter,
        channel="电话",
        formula=wrong.formula,
    )
    return replace(
        need,
        phone=need.phone[:-1] if wrong.short_phone else need.phone,
        address=f"{need.community}{address(chance)}",
    )


def numbered(rows: list[Need]) -> list[Need]:
    """Return *rows* with their ledger numbers; a wrong row may repeat the number before it."""
    found: list[Need] = []
    for at, need in enumerate(rows, start=1):
        number = f"TH-WT-2026-{at:04d}"
        if need.ledger_row == "REPEATED":
            number = found[-1].ledger_row
        found.append(replace(need, ledger_row=number))
    return found
