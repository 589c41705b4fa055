"""What is wrong in an installation, and what to do about it: each finding in both languages."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audit.verify.verifying import verify
from desk.opening import Books
from dispatch.cursor import Cursor
from domain.people import Role
from domain.rules import FOR_GOOD
from ledger.checkpoints import Checkpoints
from ledger.entry import EntryUnreadable
from projections.boards import Boards, compare
from runtime.settings import Settings
from services.finding import Finding, apart
from services.health_of_clerks import workflows_of
from services.public_log import standing
from transparency.keys import cosigned_at
from transparency.notes import read_signature_lines
from wording.labels import label

if TYPE_CHECKING:
    from temporalio.client import Client

_CALENDAR_WANTED_FROM_MONTH = 11
"""The State Council publishes the next year's days in November (2025: on the 4th)."""

_BEHIND_MAX = 1000
"""Entries that the next page to be opened catches up with at once."""


def without_unreadable(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield *findings*; an entry that cannot be read any more is one itself, and ends them."""
    try:
        yield from findings
    except EntryUnreadable as broken:
        yield Finding(
            ("账本", "ledger"),
            "wrong",
            (str(broken), str(broken)),
            ("停止写入，保全文件与备份。", "Stop writing; keep the files and the backups."),
        )


@dataclass(frozen=True)
class Health:
    """Looks at one installation; *temporal* connects to its Temporal, or raises."""

    settings: Settings
    books: Books
    boards: Callable[[], Boards]
    temporal: Callable[[], Awaitable["Client"]]

    def files(self) -> Iterator[Finding]:
        """Look at who else may read or write the files of the home."""
        for path in self._private_files():
            mode = path.stat().st_mode & 0o777
            if mode & 0o077:
                yield Finding(
                    ("文件权限", "file mode"),
                    "wrong",
                    (
                        f"{path.name} 可被他人读写（{mode:04o}）",
                        f"{path.name} is open to others ({mode:04o})",
                    ),
                    (f"chmod go-rwx {path}", f"chmod go-rwx {path}"),
                )
        key = self.settings.key_path
        if key.exists() and self.settings.home.absolute() in key.absolute().parents:
            yield Finding(
                ("密钥位置", "key file"),
                "look",
                (
                    "主密钥与密封库在同一文件夹，一同被拷走即可启封",
                    "the master key lies beside the vault: copied together, everything opens",
                ),
                (
                    "生产环境请用 JIEDUI_KEY_FILE 放到另一处，并单独备份。",
                    "Keep the key elsewhere.",
                ),
            )

    def _private_files(self) -> list[Path]:
        home = self.settings.home
        found = [path for path in home.glob("*.db*") if path.is_file()]
        return [*found, *(path for path in [self.settings.key_path] if path.exists())]

    def ledger(self) -> Iterator[Finding]:
        """Verify the whole ledger, entry by entry."""
        name = ("账本", "ledger")
        verdict = verify(self.settings.ledger_url)
        if verdict.intact:
            told = (f"{verdict.entries:,} 条，完好", f"{verdict.entries:,} entries, intact")
            yield Finding(name, "well", told)
            return
        faults = len(verdict.faults)
        yield Finding(
            name,
            "wrong",
            (f"{faults} 处不符", f"{faults} faults"),
            (
                "jiedui audit verify 查看每一处；停止写入，保全文件与备份。",
                "Stop writing; keep copies.",
            ),
        )

    def rules(self) -> Iterator[Finding]:
        """Look at the packs and at how far their calendars reach."""
        packs = ("政策包", "packs")
        rules = self.books.rulebook.rules(self.books.desk.neighbours)
        if not rules.policies:
            told = ("尚未公布任何政策包", "no policy pack is published")
            command = "jiedui policy publish --shipped"
            yield Finding(packs, "wrong", told, (command, command))
            return
        if rules.default_policy not in rules.policies:
            yield Finding(
                packs,
                "wrong",
                (
                    f"默认政策包 {rules.default_policy} 未公布",
                    f"the default pack {rules.default_policy} is not published",
                ),
                ("公布它，或改 JIEDUI_POLICY。", "Publish it, or change JIEDUI_POLICY."),
            )
            return
        now = datetime.now(UTC)
        calendar = rules.policies[rules.default_policy].calendar
        wanted = now.year + (now.month >= _CALENDAR_WANTED_FROM_MONTH)
        if calendar.last_year >= wanted:
            yield Finding(("日历", "calendar"), "well", (calendar.version, calendar.version))
            return
        yield Finding(
            ("日历", "calendar"),
            "look",
            (
                f"{calendar.version} 只到 {calendar.last_year} 年，跨入 {wanted} 年的期限为暂定",
                f"{calendar.version} ends with {calendar.last_year}; {wanted} is provisional",
            ),
            ("公布后执行 jiedui calendar publish FILE。", "Publish the year when it is out."),
        )

    def log(self) -> Iterator[Finding]:
        """Look at what is signed and published, and at the witnesses."""
        told = standing(self.settings, self.books)
        name, witnesses = ("公开日志", "public log"), ("见证方", "witnesses")
        if not told["signed"]:
            yield Finding(
                name,
                "look",
                ("尚未签发任何检查点", "no checkpoint was signed yet"),
                (
                    "jiedui up、jiedui follow 会自动签发；也可 jiedui log publish。",
                    "Publish it.",
                ),
            )
            return
        signed, published = told["signed"], told["published"] or 0
        waiting = told["entries"] - signed
        if told["published"] != signed:
            yield Finding(
                name,
                "wrong",
                (
                    f"已签发 {signed:,} 条，只公布到 {published:,} 条：见证未满足规则",
                    f"signed up to {signed:,}, published up to {published:,} entries",
                ),
                ("jiedui log status 查看各见证方。", "The witnesses' quorum is lacking."),
            )
        else:
            yield Finding(
                name,
                "well",
                (
                    f"已公布 {signed:,} 条，其后 {waiting:,} 条待签发",
                    f"{signed:,} entries are published, {waiting:,} wait to be signed",
                ),
            )
        if not told["witnesses"]:
            yield Finding(
                witnesses,
                "look",
                (
                    "没有见证方：掌握数据库和密钥者可重写全账而不被发现",
                    "no witness: whoever holds database and key can rewrite everything unseen",
                ),
                (
                    "请外单位运行 jiedui-witness，再 jiedui log policy adopt FILE。",
                    "Ask others to witness.",
                ),
            )
        yield from self._witnesses_clocks()
        for one in told["witnesses"]:
            if one["alarm"]:
                cosigned = one["cosigned"] or 0
                alarm = [label(one["alarm"], at, among="AlarmGround") for at in ("zh", "en")]
                yield Finding(
                    witnesses,
                    "wrong",
                    (
                        f"{one['name']} 告警 {alarm[0]}，已见证 {cosigned:,} 条",
                        f"{one['name']}: {alarm[1]}, witnessed up to {cosigned:,} entries",
                    ),
                    ("联系该见证方；拒签或不一致须立即查明。", "Ask the witness at once."),
                )

    def _witnesses_clocks(self) -> Iterator[Finding]:
        """Compare when witnesses say they signed with when their word reached us."""
        checkpoints = Checkpoints(self.books.ledger)
        newest = checkpoints.newest()
        for one in [] if newest is None else checkpoints.cosignatures(newest.size):
            (signature,) = read_signature_lines(one.line + "\n")
            yield from apart(one.witness, cosigned_at(signature) - one.received_at)

    def posts(self) -> Iterator[Finding]:
        """Name the posts without which open tasks would stand still."""
        rules, now = self.books.rulebook.rules(self.books.desk.neighbours), datetime.now(UTC)
        boards = self.boards()
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

    def standing_boards(self) -> Iterator[Finding]:
        """Look at whether the boards go on, and how far behind the ledger they are."""
        boards, name = self.boards(), ("看板", "boards")
        rebuild = "jiedui rebuild boards"
        for one in boards.stopped():
            yield Finding(name, "wrong", (str(one), str(one)), (rebuild, rebuild))
        behind = self.books.ledger.head() - boards.position()
        told = (f"落后账本 {behind:,} 条", f"{behind:,} entries behind the ledger")
        if behind > _BEHIND_MAX:
            remedy = ("jiedui up 或 jiedui follow。", "Start the follower.")
            yield Finding(name, "look", told, remedy)
        elif not boards.stopped():
            yield Finding(name, "well", told)

    def compared_boards(self) -> Iterator[Finding]:
        """Derive the boards once more and compare; a stopped one is named first."""
        boards, name = self.boards(), ("看板", "boards")
        rebuild = "jiedui rebuild boards"
        for one in boards.stopped():
            yield Finding(name, "wrong", (str(one), str(one)), (rebuild, rebuild))
        differences = compare(self.books.ledger, boards.engine)
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

    def dispatching(self) -> Finding:
        """Say whether clerks are woken: who follows, how many wait, when Temporal was reached."""
        cursor = Cursor(self.settings.dispatch_url)
        try:
            stands = cursor.standing()
        finally:
            cursor.close()
        name = ("派发", "dispatcher")
        now = self.books.ledger.clock()
        if not stands.active(now):
            return Finding(
                name,
                "look",
                (
                    f"无人跟账，时限与通知等待中（至位置 {stands.position}）",
                    f"nobody follows the log since position {stands.position}",
                ),
                (
                    "jiedui up 或 jiedui follow。",
                    "Clocks and notices wait.",
                ),
            )
        if not stands.waiting:
            told = (
                f"至位置 {stands.position}，共唤醒 {stands.woken} 次",
                f"up to position {stands.position}, {stands.woken} wake-ups",
            )
            return Finding(name, "well", told)
        reached = stands.reached_at or "—"
        return Finding(
            name,
            "look",
            (
                f"{stands.waiting} 件等待唤醒，Temporal 最近连通于 {reached}",
                f"{stands.waiting} wait to be woken; Temporal was reached last at {reached}",
            ),
            ("检查 Temporal。", "Clerks wait for Temporal."),
        )

    async def workflows(self) -> list[Finding]:
        """Compare the open cases with the clerks that run, and the clocks of both."""
        return await workflows_of(self.books, self.temporal)
