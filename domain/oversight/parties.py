"""Who is a party of which task, and whose keys therefore end when a resident is erased.

A task's texts are sealed under the task's own key. That key goes with the last of its parties: as
long as one of them is not erased, their case must still be readable.
"""

from collections.abc import Mapping
from typing import Any

KINDS = ("task_registered.v1", "duplicate_attached.v1", "subject_erased.v1")
"""The kinds of fact that say who is a party of a task, and who was erased."""


class Parties:
    """Tasks and their parties as the facts so far leave them; feed it every fact of `KINDS`."""

    def __init__(self) -> None:
        self._of_task: dict[str, set[str]] = {}
        self._erased: set[str] = set()

    def remember(self, stream: str, kind: str, fact: Mapping[str, Any]) -> None:
        """Remember one fact of *stream*, in any order; other kinds change nothing."""
        match kind:
            case "task_registered.v1":
                requester = fact.get("requester")
                self._of_task.setdefault(stream, set()).update([requester] if requester else [])
            case "duplicate_attached.v1":
                self._of_task.setdefault(stream, set()).update(fact.get("subjects", ()))
            case "subject_erased.v1":
                self._erased.add(stream)
            case _:
                return

    def tasks_of(self, subject: str) -> list[str]:
        """Return the tasks *subject* is a party of, open or closed, ordered by name."""
        return sorted(stream for stream, known in self._of_task.items() if subject in known)

    def holders_of(self, subject: str) -> list[str]:
        """Return whose keys the erasure of *subject* ends: theirs, then their tasks' by name.

        A task's key ends when no party of it is left; the erasure of *subject* itself is taken as
        done.
        """
        gone = self._erased | {subject}
        ended = [stream for stream in self.tasks_of(subject) if self._of_task[stream] <= gone]
        return [subject, *ended]
