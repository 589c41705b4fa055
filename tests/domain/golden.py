"""Golden files: one stored example of every kind of fact, exactly as the ledger would hash it.

`python -m tests.domain.golden` writes the files that are missing and touches no other: a file that
stands is a promise to every ledger in the world.
"""

import types
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from domain.calendar import CalendarYear, Overlay
from domain.canonical import canonical
from domain.clocks import Deadline, LimitText
from domain.facility.commands import Cents, MonthText
from domain.facility.facts import FacilityFact
from domain.finding.facts import FindingFact
from domain.oversight import words
from domain.oversight.facts import OversightFact
from domain.pairing.facts import PairingFact
from domain.policy import Policy
from domain.programme.facts import ProgrammeFact
from domain.provider.commands import ItemName
from domain.provider.facts import ProviderFact
from domain.provider.identity import CreditCode, TeamNumber
from domain.province.facts import CityFact
from domain.province.words import ProofHashes
from domain.registry.commands import NoticeKey, Recipient
from domain.registry.facts import RegistryFact
from domain.sealed import Sealed
from domain.site.commands import Area
from domain.site.facts import SiteFact
from domain.statements import Month, StatementText
from domain.task.facts import TaskFact
from domain.values import (
    CaseId,
    Code,
    DivisionCode,
    FacilityId,
    FindingId,
    Instant,
    LedgerNumber,
    OfficeText,
    PairingId,
    PersonId,
    ProviderId,
    SiteId,
    SubjectId,
    TaskId,
    UnitCode,
    VerifierKeyText,
)
from tests.domain.world import CIVIL_AFFAIRS, MONDAY, POLICY, SHIPAI_PLACE, on, sealed, uuid_of

FOLDER = Path(__file__).parents[1] / "events"
FAMILIES = {
    "task": TaskFact,
    "pairing": PairingFact,
    "site": SiteFact,
    "facility": FacilityFact,
    "finding": FindingFact,
    "programme": ProgrammeFact,
    "provider": ProviderFact,
    "registry": RegistryFact,
    "oversight": OversightFact,
    "province": CityFact,
}

DEADLINE = Deadline(
    due=on(5, 25, "17:00"),
    counted_from=MONDAY,
    limit="10wd",
    count_from="next_day",
    calendar="CN-2026@0123456789ab",
    policy="town@0123456789ab",
)
_DAY = {"name": "端午节", "date": date(2026, 6, 19), "isOffDay": True}
_PAPERS = ("国办发明电〔2025〕7号",)
VERIFIER_KEY = "pairing.example.org/log+0a1b2c3d+AQ" + "ab+/" * 10 + "abc="
BY_TYPE: tuple[tuple[Any, Any], ...] = (
    (Code, "ELDER"),
    (LedgerNumber, "2026-0117"),
    (LimitText, "10wd"),
    (OfficeText, "按规定办理"),
    (UnitCode, CIVIL_AFFAIRS),
    (DivisionCode, SHIPAI_PLACE),
    (TaskId, f"task/{uuid_of('a task')}"),
    (PairingId, f"pairing/{uuid_of('a pairing')}"),
    (SiteId, f"site/{uuid_of('a site')}"),
    (FacilityId, f"facility/{uuid_of('a facility')}"),
    (ProviderId, f"provider/{uuid_of('a provider')}"),
    (FindingId, f"finding/{uuid_of('a finding')}"),
    (Area, 640),
    (Cents, 128050),
    (MonthText, "2026-05"),
    (PersonId, f"person/{uuid_of('a person')}"),
    (Recipient, f"unit/{CIVIL_AFFAIRS}"),
    (NoticeKey, f"task/{uuid_of('a task')}/3/unit/{CIVIL_AFFAIRS}"),
    (SubjectId, f"subject/{uuid_of('a resident')}"),
    (words.Reference, "figure/satisfaction"),
    (ProviderId, f"provider/{uuid_of('a provider')}"),
    (CreditCode, "91440106MADEUP001W"),
    (TeamNumber, "TH-0001"),
    (ItemName, "STAFF/MEAL"),
    (FindingId, f"finding/{uuid_of('a finding')}"),
    (SiteId, f"site/{uuid_of('a site')}"),
    (CaseId, f"task/{uuid_of('a task')}"),
    (words.ClerkedId, f"task/{uuid_of('a task')}"),
    (words.WorkflowId, f"task/{uuid_of('a task')}/feedback_round/1"),
    (words.RunId, uuid_of("a run")),
    (words.Digest, "cd" * 32),
    (words.HolderId, f"subject/{uuid_of('a resident')}"),
    (words.LogOrigin, "pairing.example.org/log"),
    (words.SuiteName, "SHA-256+Ed25519"),
    (VerifierKeyText, VERIFIER_KEY),
    (words.WitnessName, "archive.example.org"),
    (words.PolicyText, f"log {VERIFIER_KEY}\nquorum none\n"),
    (words.WebhookUrl, "https://portal.example.org/hook"),
    (words.WebhookKinds, ("task_dispatched.v1",)),
    (words.HttpStatus, 409),
    (Month, "2026-10"),
    (StatementText, "pairing.example.org/log/figure-statement\nstatement 2\n"),
    (ProofHashes, ("ef" * 32,)),
    (words.Position, 41),
    (words.Amount, 128),
    (Instant, MONDAY),
    (datetime, MONDAY),
    (Sealed, sealed()),
    (Deadline, DEADLINE),
    (Policy, POLICY),
    (CalendarYear, CalendarYear(year=2026, papers=_PAPERS, days=(_DAY,))),
    (
        Overlay,
        Overlay(
            division="440106",
            name="台风停工",
            papers=_PAPERS,
            days=(_DAY,),
            since=date(2026, 6, 1),
            until=date(2026, 7, 1),
        ),
    ),
    (bool, True),
    (int, 2),
)
BY_FIELD = {
    "meaning": "满意率：满意的评价 ÷ 全部评价。 satisfaction rate: good ratings ÷ ratings.",
    "package_hash": "ab" * 32,
    "number": "DQ44010620260511000127",
    "signature": "c2lnbmF0dXJl",
    "name": "due",  # of a clock
}


@cache
def kinds() -> dict[str, type[BaseModel]]:
    """Return every kind of fact with its model."""
    found: dict[str, type[BaseModel]] = {}
    for family in FAMILIES.values():
        for model in _models(family):
            kind = model.model_fields["kind"].default
            assert found.setdefault(kind, model) is model, f"two facts are called {kind}"
    return found


def _models(family: Any) -> Iterator[type[BaseModel]]:
    if get_origin(family) is Annotated:
        family = get_args(family)[0]
    yield from get_args(family)


def example(model: type[BaseModel]) -> BaseModel:
    """Return one instance of *model* with every field filled, the same on every run."""
    values = {}
    for name, hint in get_type_hints(model, include_extras=True).items():
        if name in model.model_fields:
            values[name] = _value(name, hint)
    return model.model_validate(values)


def _value(name: str, hint: Any) -> Any:
    """Return a value for the field *name*: by its type, and by its name where a type is shared."""
    for known, value in BY_TYPE:
        if hint == known:
            return value
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(name, next(one for one in arguments if one is not type(None)))
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return (_value(name, arguments[0]),)
    if origin is Annotated:
        return _value(name, arguments[0])
    if hint is str:
        return BY_FIELD[name]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return example(hint)
    raise AssertionError(f"tell tests/domain/golden.py an example for {name}: {hint}")


def stored(fact: BaseModel) -> bytes:
    """Return *fact* as its golden file holds it: canonical bytes, and a line end for editors."""
    return canonical(fact.model_dump(mode="json")) + b"\n"


def path_of(kind: str) -> Path:
    """Return where the golden file of *kind* lies."""
    return FOLDER / f"{kind}.json"


def parsed(kind: str, text: bytes) -> BaseModel:
    """Return the fact of *kind* that *text* tells of."""
    adapter: TypeAdapter[BaseModel] = TypeAdapter(kinds()[kind])
    return adapter.validate_json(text)


def write_missing() -> list[str]:
    """Write the golden files that do not stand yet, and return their kinds."""
    missing = [kind for kind in kinds() if not path_of(kind).exists()]
    for kind in missing:
        path_of(kind).write_bytes(stored(example(kinds()[kind])))
    return missing


if __name__ == "__main__":
    print("\n".join(write_missing()) or "every kind of fact has its golden file")  # noqa: T201
