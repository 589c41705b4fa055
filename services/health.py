"""What is wrong in an installation, and what to do about it: each finding in both languages."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audit.verify.verifying import verify
from desk.opening import Books
from dispatch.cursor import Cursor
from ledger.entry import EntryUnreadable
from projections.boards import Boards
from runtime.settings import Settings
from services.finding import Finding
from services.health_of_boards import compared_of, posts_of, standing_of
from services.health_of_clerks import workflows_of
from services.health_of_log import log_of

if TYPE_CHECKING:
    from temporalio.client import Client

_CALENDAR_WANTED_FROM_MONTH = 11
"""The State Council publishes the next year's days in November (2025: on the 4th)."""


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
        yield from log_of(self.settings, self.books)

    def posts(self) -> Iterator[Finding]:
        """Name the posts without which open tasks would stand still."""
        yield from posts_of(self.books, self.boards())

    def standing_boards(self) -> Iterator[Finding]:
        """Look at whether the boards go on, and how far behind the ledger they are."""
        yield from standing_of(self.books, self.boards())

    def compared_boards(self) -> Iterator[Finding]:
        """Derive the boards once more and compare; a stopped one is named first."""
        yield from compared_of(self.books, self.boards())

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
