"""Every port is fulfilled under its exact name, with its exact types; every workflow is served."""

import ast
import inspect
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from activities.erasing import Erasing
from activities.figures import Figures
from activities.notifying import Telling
from activities.recording import Recording
from domain.pairing.commands import ReviewFigures
from runtime.serving import WORKFLOWS
from workflows import ports
from workflows.clerk import CLERK_OF

ROOT = Path(__file__).parents[2]
ROOMS = (
    "activities",
    "audit",
    "cli",
    "domain",
    "gateway",
    "ledger",
    "policies",
    "projections",
    "runtime",
    "worker",
    "workflows",
)

PORTS: dict[str, tuple[Any, type, type | None]] = {
    ports.RECORD: (Recording.record, ports.RecordRequest, ports.Outcome),
    ports.TELL: (Telling.tell, ports.TellRequest, ports.Told),
    ports.ASK: (Telling.ask, ports.AskRequest, ports.Told),
    ports.FREEZE_FIGURES: (Figures.freeze, ports.FiguresRequest, ReviewFigures),
    ports.ERASE: (Erasing.erase, ports.EraseRequest, None),
}

PURE = frozenset(
    {
        "asyncio",
        "collections",
        "contextlib",
        "datetime",
        "domain",
        "functools",
        "pydantic",
        "temporalio",
        "typing",
        "workflows",
        "zlib",
    }
)
"""What workflow code may import: nothing with a clock, a file, a socket or a random number."""

NOT_REPLAYABLE = frozenset({"utcnow", "today", "urandom", "uuid4", "to_thread", "as_completed"})


@pytest.mark.parametrize("name", PORTS)
def test_an_activity_fulfils_its_port(name: str) -> None:
    activity, request, result = PORTS[name]
    definition = activity.__temporal_activity_definition
    assert definition.name == name
    hints = get_type_hints(activity)
    (parameter,) = [one for one in inspect.signature(activity).parameters if one != "self"]
    assert hints[parameter] is request
    assert hints["return"] in (result, type(result))


def test_every_port_has_its_activity() -> None:
    """An activity name in the ports that nobody fulfils would only show at run time."""
    names = {
        value
        for name, value in vars(ports).items()
        if name in {"RECORD", "TELL", "ASK", "FREEZE_FIGURES", "ERASE"}
    }
    assert names == set(PORTS)


def test_every_workflow_is_served_under_its_published_name() -> None:
    names = {workflow.__temporal_workflow_definition.name for workflow in WORKFLOWS}
    assert names == {
        ports.SUPPORT_TASK,
        ports.PAIRING,
        ports.FEEDBACK_ROUND,
        ports.CONVENING,
        ports.SIGNING,
        ports.REVIEW,
        ports.HAND_OVER,
    }
    assert set(CLERK_OF.values()) <= names


def test_every_clerk_hears_the_same_names() -> None:
    for workflow in WORKFLOWS:
        definition = workflow.__temporal_workflow_definition
        if definition.name in CLERK_OF.values():
            assert set(definition.updates) == {ports.SUBMIT, ports.SUBMIT_BATCH}
            assert set(definition.signals) == {ports.REPORT, ports.RESYNC}
            assert set(definition.queries) == {ports.STANDING}
        else:
            assert set(definition.signals) == {ports.TALK_CHANGED, ports.TALK_ENDED}


@pytest.mark.parametrize("file", sorted((ROOT / "workflows").rglob("*.py")), ids=lambda f: f.stem)
def test_workflow_code_could_be_replayed_anywhere(file: Path) -> None:
    """The sandbox does not look into modules that are passed through; this does."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= PURE
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & NOT_REPLAYABLE
    clocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "now"
        and not (isinstance(node.value, ast.Name) and node.value.id == "workflow")
    ]
    assert not clocks


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_installs_this_name(room: str) -> None:
    """A dependency that also ships `workflows` would silently replace ours."""
    assert set(packages_distributions().get(room, [])) <= {"jiedui"}


@pytest.mark.parametrize(
    "message",
    [
        value
        for value in vars(ports).values()
        if inspect.isclass(value) and issubclass(value, ports.Message)
    ],
    ids=lambda message: message.__name__,
)
def test_a_message_of_a_newer_version_is_understood(message: type[ports.Message]) -> None:
    """Workflows run for years: a field that this version does not know must not stop them."""
    assert message.model_config.get("extra") == "ignore"
    assert message.model_config.get("frozen")
