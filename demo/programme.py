"""The programme: which needs play which episode, how often each is shown, and in which order.

Needs are chosen in the order of the table, so that the same table gives the same programme.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from demo import outcomes, paths
from demo.cast import Cast
from importing.needs import NeedRow

Play = Callable[..., Awaitable[None]]
PATIENT = frozenset({"HELP", "SUGGESTION", "COMPLAINT", "REPORT"})
"""Request types whose limit leaves room for a detour; a consultation's does not."""

LONG = frozenset({"COMPLAINT", "REPORT"})
SHORT = frozenset({"HELP", "SUGGESTION"})


@dataclass(frozen=True)
class Path:
    """One kind of episode: what it is called, how often it is shown, and which needs can play it.

    *apart* asks for a main unit no other such episode has, so that red cards do not add up;
    *together* for needs that have the same main unit.
    """

    name: str
    zh: str
    en: str
    play: Play
    times: int
    types: frozenset[str] = PATIENT
    needs: int = 1
    apart: bool = False
    together: bool = False


PATHS: tuple[Path, ...] = (
    Path("listed", "超期挂牌督办", "late until listed", paths.listed, 2, SHORT, apart=True),
    Path("overdue", "超期黄牌红牌", "yellow and red card", paths.overdue, 2, SHORT, apart=True),
    Path(
        "three_red_cards",
        "三张红牌约谈",
        "three red cards, summoned",
        paths.three_red_cards,
        1,
        SHORT,
        needs=3,
        apart=True,
        together=True,
    ),
    Path("unrated", "逾期未评价", "unrated", outcomes.unrated, 4),
    Path(
        "carried_until_review",
        "挂账到期恢复",
        "carried until its review",
        paths.carried_until_review,
        2,
        LONG,
    ),
    Path("return_unanswered", "退单未审转裁定", "return unanswered", paths.return_unanswered, 1),
    Path("sign_in_overdue", "超时自动签收", "sign-in overdue", paths.sign_in_overdue, 4, LONG),
    Path("extension_lapsed", "延期无人审批", "extension lapsed", paths.extension_lapsed, 2, LONG),
    Path("whistled_for", "吹哨报到", "whistle and arrival", paths.whistled_for, 3, LONG),
    Path("assist_overdue", "协办超期", "assist overdue", paths.assist_overdue, 2, LONG),
    Path("returned_twice", "两次退单裁定", "returned twice", paths.returned_twice, 3),
    Path("returned_once", "退单改派", "returned once", paths.returned_once, 3),
    Path("return_refused", "退单不予同意", "return refused", paths.return_refused, 2),
    Path("extended", "延期一次", "extended", paths.extended, 3),
    Path("extended_twice", "延期两次", "extended twice", paths.extended_twice, 2),
    Path("extension_refused", "延期未同意", "extension refused", paths.extension_refused, 2),
    Path("assisted", "协办完成", "assisted", paths.assisted, 3),
    Path("carried", "挂账后恢复", "carried, taken up", paths.carried_and_taken_up, 2, LONG),
    Path("done_again", "不满意重办", "dissatisfied, done again", outcomes.done_again, 4),
    Path("upheld", "不满意解释办结", "dissatisfied, upheld", outcomes.upheld, 3),
    Path(
        "dissatisfied_again",
        "两次不满意挂牌",
        "dissatisfied twice, listed",
        outcomes.dissatisfied_again,
        1,
    ),
    Path("raised", "评价调高", "rating raised", outcomes.raised, 2),
    Path("three_callbacks", "三次回访", "three callbacks", outcomes.three_callbacks, 3),
    Path("sent_back", "审核退回补办", "sent back by reviewer", paths.sent_back_by_the_reviewer, 2),
    Path("seen_on_site", "现场核查", "seen on site", paths.seen_on_site, 2),
    Path("withdrawn", "居民撤回", "withdrawn", outcomes.withdrawn, 4),
    Path("not_admitted", "不予受理", "not admitted", outcomes.not_admitted, 6),
    Path("diverted", "转法定途径", "diverted", outcomes.diverted, 3),
    Path("terminated", "终止办理", "terminated", outcomes.terminated, 2),
    Path("appealed", "申诉重开", "closure appealed", outcomes.appealed, 3),
    Path("score_excluded", "考核剔除", "score excluded", outcomes.score_excluded, 2),
    Path("score_upheld", "考核维持", "score upheld", outcomes.score_upheld, 2),
)
"""What single needs show, those that take longest first."""

MERGED = Path("merged", "并件双方评价", "merged, both rate", outcomes.merged, 0, needs=2)
URGENT = Path("urgent_on_time", "紧急按期办结", "urgent, on time", paths.urgent_on_time, 0)
ON_TIME = Path("on_time", "按期办结", "on time", paths.on_time, 0)
LEFT = Path("left_in_hand", "仍在办理", "still in hand", paths.left_in_hand, 4, LONG)


@dataclass(frozen=True)
class Episode:
    """One showing of a path by certain rows; *turn* counts the showings of the same path."""

    path: Path
    rows: tuple[NeedRow, ...]
    turn: int


@dataclass
class Programme:
    """Everything that single needs will show, in the order in which it begins."""

    episodes: list[Episode] = field(default_factory=list)
    wanted: dict[str, int] = field(default_factory=dict)
    set_aside: list[NeedRow] = field(default_factory=list)
    reviewed: frozenset[str] = frozenset()

    def add(self, path: Path, *rows: NeedRow) -> None:
        """Show *path* once more."""
        turn = sum(one.path.name == path.name for one in self.episodes)
        self.episodes.append(Episode(path, rows, turn))


def programme(
    cast: Cast,
    rows: Sequence[NeedRow],
    set_aside: Sequence[NeedRow] = (),
    reviewed: Collection[str] = (),
    share: float = 1.0,
) -> Programme:
    """Return what *rows* will show; *share* below 1 shows each path less often, but once.

    *set_aside* are kept for the pairing that is wound up, *reviewed* names the street whose pairing
    is reviewed: what happens there begins first, so that neither waits for the whole district.
    """
    made = Programme(set_aside=list(set_aside), reviewed=frozenset(reviewed))
    free = [row for row in rows if row not in set_aside]
    pairs = duplicates(free)
    free = [row for row in free if not any(row in pair for pair in pairs)]
    taken_units: set[str] = set()
    for path in PATHS:
        made.wanted[path.name] = max(1, round(path.times * share))
        for _ in range(made.wanted[path.name]):
            chosen = _chosen(cast, path, free, taken_units)
            if chosen is None:
                break
            made.add(path, *chosen)
            free = [row for row in free if row not in chosen]
    for pair in pairs:
        made.add(MERGED, *pair)
    made.wanted[MERGED.name] = max(1, len(pairs))
    made.wanted[LEFT.name] = max(1, round(LEFT.times * share))
    first = {row.place[:9] for row in set_aside} | made.reviewed
    lasting = [
        row
        for row in free
        if row.request_type in PATIENT and plain(row) and row.place[:9] not in first
    ]
    lasting.sort(key=lambda row: row.request_type in LONG)  # stable: the longest limits last
    left = lasting[-made.wanted[LEFT.name] :]
    for row in free:
        if row not in left:
            made.add(URGENT if row.urgent else ON_TIME, row)
    for row in left:
        made.add(LEFT, row)
    made.wanted[ON_TIME.name] = 1
    if any(row.urgent for row in free):
        made.wanted[URGENT.name] = 1
    made.episodes.sort(key=lambda one: not any(row.place[:9] in first for row in one.rows))
    return made


def duplicates(rows: Sequence[NeedRow]) -> list[tuple[NeedRow, NeedRow]]:
    """Return pairs of needs about the same matter at the same place from different residents."""
    first: dict[tuple[str, str, str], NeedRow] = {}
    pairs: list[tuple[NeedRow, NeedRow]] = []
    for row in rows:
        key = (row.place, row.category, row.matter)
        earlier = first.pop(key, None)
        speak = row.phone and row.name and earlier and earlier.phone and earlier.name
        if earlier is not None and speak and earlier.phone != row.phone:
            pairs.append((earlier, row))
        else:
            first[key] = row
    return pairs


def plain(row: NeedRow) -> bool:
    """Say whether a need can take any way: a resident who can speak, no urgency, no safety."""
    return bool(row.name and row.phone) and not row.urgent and not row.safety


def _chosen(
    cast: Cast, path: Path, free: Sequence[NeedRow], taken_units: set[str]
) -> tuple[NeedRow, ...] | None:
    fitting = [
        row
        for row in free
        if plain(row) and row.request_type in path.types and row.category != "OTHER"
    ]
    if not path.apart:
        return tuple(fitting[: path.needs]) if len(fitting) >= path.needs else None
    by_unit: dict[str, list[NeedRow]] = {}
    for row in fitting:
        by_unit.setdefault(cast.handlers(row.category)[0], []).append(row)
    for unit, found in by_unit.items():
        if unit not in taken_units and len(found) >= path.needs:
            taken_units.add(unit)
            return tuple(found[: path.needs])
    return None
