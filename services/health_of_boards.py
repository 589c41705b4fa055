"""What is wrong with the boards, and which posts the work on them lacks."""

from collections.abc import Iterator
from datetime import UTC, datetime

from desk.opening import Books
from domain.people import Role
from domain.rules import FOR_GOOD
from projections.boards import Boards, compare
from services.finding import Finding

_BEHIND_MAX = 1000
"""Entries that the next page to be opened catches up with at once."""


def posts_of(books: Books, boards: Boards) -> Iterator[Finding]:
    """Name the posts without which open tasks would stand still."""
    rules, now = books.rulebook.rules(books.desk.neighbours), datetime.now(UTC)
    if any(one.board == "inbox" for one in boards.stopped()):
        return  # said already
    inbox = boards.inbox
    for place in inbox.areas(Role.STREET_DISPATCHER):
        if not rules.dispatched(place, now):
            yield Finding(
                ("无人调度", "nobody dispatches"),
                "wrong",
                (
                    f"{place} 有待办任务，但没有现任街道调度员",
                    f"tasks wait at {place}, which has no street dispatcher",
                ),
                ("jiedui person grant，或在政策包中指定 fallback。", "Grant the role."),
            )
        elif not rules.dispatched(place, FOR_GOOD):
            yield Finding(
                ("调度将中断", "dispatch will end"),
                "look",
                (
                    f"{place} 的街道调度员任期都有期限，到期后无人研判、派单",
                    f"every dispatcher of {place} has a term; nobody follows",
                ),
                ("jiedui person grant。", "Grant the role without an end."),
            )
    for unit in inbox.units(Role.DEPT_COORDINATOR):
        heir = rules.heir(unit, now)
        if not rules.filled(Role.DEPT_COORDINATOR, heir, now):
            yield Finding(
                ("无人承办", "nobody handles"),
                "look",
                (
                    f"{unit} 手上有任务，但没有现任职能部门协调员；调度员可收回改派",
                    f"{unit} holds tasks and has no coordinator",
                ),
                (
                    "jiedui task recall，或 jiedui person grant。",
                    "Take them back, or grant the role.",
                ),
            )


def standing_of(books: Books, boards: Boards) -> Iterator[Finding]:
    """Look at whether the boards go on, and how far behind the ledger they are."""
    name = ("看板", "boards")
    rebuild = "jiedui rebuild boards"
    for one in boards.stopped():
        yield Finding(name, "wrong", (str(one), str(one)), (rebuild, rebuild))
    behind = books.ledger.head() - boards.position()
    told = (f"落后账本 {behind:,} 条", f"{behind:,} entries behind the ledger")
    if behind > _BEHIND_MAX:
        remedy = ("jiedui up 或 jiedui follow。", "Start the follower.")
        yield Finding(name, "look", told, remedy)
    elif not boards.stopped():
        yield Finding(name, "well", told)


def compared_of(books: Books, boards: Boards) -> Iterator[Finding]:
    """Derive the boards once more and compare; a stopped one is named first."""
    name = ("看板", "boards")
    rebuild = "jiedui rebuild boards"
    for one in boards.stopped():
        yield Finding(name, "wrong", (str(one), str(one)), (rebuild, rebuild))
    differences = compare(books.ledger, boards.engine)
    if not differences:
        same = ("与由账本重建者一致", "as the ledger gives them")
        yield Finding(name, "well", same)
        return
    first = differences[0]
    yield Finding(
        name,
        "wrong",
        (
            f"与账本重建结果不同：{len(differences)} 处，例如 {first.table} {first.key}",
            f"otherwise than the ledger: {len(differences)}, such as {first.table} {first.key}",
        ),
        (rebuild, rebuild),
    )
