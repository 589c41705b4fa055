"""How a case and the finding that leans on it hear of each other: three words, the same for all.

A finding's plan names cases; each is told once (`link_finding`) and from then on tells the finding
where it stands (`note_linked_case`), out of its own facts. A case that was begun because of a
finding tells it without being asked. Nobody types either.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from domain.cases import Errand
from domain.envelope import Happened
from domain.values import CaseId, Code, FindingId, Frozen


class LinkStanding(StrEnum):
    """How far a case a finding leans on has come; stored for ever."""

    WAITING = "WAITING"  # 待启动
    BEGUN = "BEGUN"  # 已启动
    DONE = "DONE"  # 已完成
    DROPPED = "DROPPED"  # 未做成而终


LINK_STANDINGS: dict[LinkStanding, tuple[str, str]] = {
    LinkStanding.WAITING: ("待启动", "not begun"),
    LinkStanding.BEGUN: ("已启动", "begun"),
    LinkStanding.DONE: ("已完成", "done"),
    LinkStanding.DROPPED: ("已终止", "dropped"),
}


class LinkFinding(Frozen):
    """Tell a case that a finding leans on it."""

    kind: Literal["link_finding"] = "link_finding"
    finding: FindingId


class FindingLinked(Frozen):
    """A finding leans on this case; it hears where the case stands from now on."""

    kind: Literal["finding_linked.v1"] = "finding_linked.v1"
    finding: FindingId


class NoteLinkedCase(Frozen):
    """Tell a finding where a case stands that it leans on, or that was begun because of it.

    *case_version* is the version of the case's fact that says so: what is older changes nothing.
    """

    kind: Literal["note_linked_case"] = "note_linked_case"
    case: CaseId
    standing: LinkStanding
    state: Code
    case_version: Annotated[int, Field(ge=1)]


def linking(cases: Iterable[str], finding: str, told: Happened[Any]) -> tuple[Errand, ...]:
    """Return the errands by which *finding* tells each of *cases* that it leans on them."""
    command = LinkFinding(finding=finding).model_dump(mode="json")
    return tuple(
        Errand(stream=case, command_id=f"because/{finding}/{told.version}", command=command)
        for case in cases
    )


def noting(
    findings: Iterable[str], stream: str, told: Happened[Any], standing: LinkStanding, state: str
) -> tuple[Errand, ...]:
    """Return the errands by which the case *stream* tells each of *findings* where it stands."""
    command = NoteLinkedCase(
        case=stream, standing=standing, state=state, case_version=told.version
    ).model_dump(mode="json")
    return tuple(
        Errand(stream=finding, command_id=f"because/{stream}/{told.version}", command=command)
        for finding in findings
    )
