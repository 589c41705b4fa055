"""A log as long as a test wants it, which takes no room: the same case told again and again."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import UUID

from audit.reading import Reader
from ledger.entry import Entry
from tests.projections.book import LogInMemory
from tests.projections.walks import task_walk


class EndlessReader(Reader):
    """A reader of *cases* tasks that all went alike, position after position; nothing is stored."""

    def __init__(self, cases: int) -> None:
        log = LogInMemory([task_walk(3)])
        self.registry = [one for one in log.entries if not one.stream.startswith("task/")]
        self.case = [one for one in log.entries if one.stream.startswith("task/")]
        self.cases = cases

    def head(self) -> int:
        return len(self.registry) + self.cases * len(self.case) - 1

    def entries(
        self, after: int = -1, until: int | None = None, categories: Collection[str] | None = None
    ) -> Iterator[Entry]:
        last = self.head() if until is None else until
        for entry in self.registry:
            wanted = categories is None or entry.stream.partition("/")[0] in categories
            if wanted and after < entry.position <= last:
                yield entry
        if categories is None or "task" in categories:
            for number in range(self.cases):
                yield from (one for one in self._case(number) if after < one.position <= last)

    def bodies(self, after: int = -1, until: int | None = None) -> Iterator[tuple[int, bytes]]:
        return ((entry.position, entry.body) for entry in self.entries(after, until))

    def stream(self, name: str, until: int | None = None) -> list[Entry]:
        if not name.startswith("task/"):
            return [entry for entry in self.registry if entry.stream == name]
        return list(self._case(UUID(name.removeprefix("task/")).int))

    def streams(self, category: str, until: int | None = None) -> Iterator[str]:
        if category == "task":
            yield from (_name(number) for number in range(self.cases))

    def _case(self, number: int) -> Iterator[Entry]:
        first = len(self.registry) + number * len(self.case)
        for offset, entry in enumerate(self.case):
            yield replace(entry, stream=_name(number), position=first + offset)


def _name(number: int) -> str:
    return f"task/{UUID(int=number)}"
