"""Every port is fulfilled under its exact name, with its exact types; every workflow is served."""

import ast
import inspect
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from activities.desk_work import DeskWork
from activities.notifying import Telling
from worker import WORKFLOWS
from workflows import ports

ROOT = Path(__file__).parents[2]
ROOMS = (
    "activities",
    "audit",
    "cli",
    "domain",
    "desk",
    "dispatch",
    "documents",
    "importing",
    "ledger",
    "policies",
    "projections",
    "runtime",
    "services",
    "vault",
    "webhooks",
    "wording",
    "worker",
    "workflows",
)

PORTS: dict[str, tuple[Any, type, type | None]] = {
    ports.LOOK: (DeskWork.look, ports.LookRequest, ports.Standing),
    ports.RING: (DeskWork.ring, ports.RingRequest, ports.Standing),
    ports.RUN_ERRAND: (DeskWork.run_errand, ports.ErrandRequest, bool),
    ports.LISTEN: (DeskWork.listen, ports.TalkStart, ports.TalkStanding),
    ports.TELL: (Telling.tell, ports.TellRequest, ports.Told),
    ports.TAKE_STEP: (Telling.take_step, ports.StepRequest, ports.TalkStanding),
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
        if name in {"LOOK", "RING", "RUN_ERRAND", "LISTEN", "TELL", "TAKE_STEP"}
    }
    assert names == set(PORTS)


def test_every_workflow_is_served_under_its_published_name() -> None:
    names = {workflow.__temporal_workflow_definition.name for workflow in WORKFLOWS}
    assert names == {
        *ports.CLERK_OF.values(),
        ports.FEEDBACK_ROUND,
        ports.CONVENING,
        ports.SIGNING,
        ports.REVIEW,
        ports.HAND_OVER,
        ports.VERIFICATION,
        ports.PROVIDER_HAND_OVER,
        ports.CALL,
        ports.SCORING,
    }


def test_a_workflow_hears_nothing_but_that_it_should_look() -> None:
    """No update, no command, no content: nobody can speak through Temporal."""
    for workflow in WORKFLOWS:
        definition = workflow.__temporal_workflow_definition
        assert set(definition.updates) == set()
        assert set(definition.signals) == {ports.WAKE}
        assert definition.signals[ports.WAKE].arg_types == [int]
        clerk = definition.name in ports.CLERK_OF.values()
        assert set(definition.queries) == ({ports.STANDING} if clerk else set())


def test_what_goes_in_are_references_and_positions_only() -> None:
    """Whoever writes a payload can name a case and a place in it, and nothing else."""
    asked = {request for _, request, _ in PORTS.values()} | {ports.CaseStart, ports.TalkStart}
    free = {
        (message.__name__, name)
        for message in asked
        for name, field in message.model_fields.items()
        if field.annotation not in (str, int)
    }
    assert free == {("RingRequest", "clock")}, "a clock is for whoever reads the history"


@pytest.mark.parametrize("file", sorted((ROOT / "workflows").rglob("*.py")), ids=lambda f: f.stem)
def test_workflow_code_could_be_replayed_anywhere(file: Path) -> None:
    """No sandbox watches it while it runs; this reads it."""
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
