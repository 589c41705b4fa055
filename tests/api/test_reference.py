"""The reference is true: every command of people is in it, and what it shows is what is served."""

import re

from api.commands import BY_A_SERVICE, COLLECTIONS
from domain.casebook import CASES
from domain.models import models_of
from domain.people import Role
from tests.api.conftest import Calling


def test_every_command_a_person_may_give_is_an_operation(calling: Calling) -> None:
    paths = calling().get("/openapi.json").json()["paths"]
    there = {path.rpartition("/")[2] for path, methods in paths.items() if "post" in methods}
    for category, kind in CASES.items():
        for name in models_of(kind.commands):
            people = set(kind.who_may.get(name, ())) - {Role.SYSTEM, Role.RESIDENT}
            if not people or name in BY_A_SERVICE or category not in COLLECTIONS:
                continue
            assert name in there | kind.begun_by | {"register_task"}, name
    assert {"post", "get"} <= paths["/tasks"].keys()


def test_the_reference_refers_to_nothing_that_is_not_there(calling: Calling) -> None:
    made = calling().get("/openapi.json").json()
    assert made["openapi"].startswith("3.1")
    schemas = made["components"]["schemas"]

    def references(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    for reference in references(made):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference
    names = [
        about["operationId"] for methods in made["paths"].values() for about in methods.values()
    ]
    assert len(names) == len(set(names))


def test_the_page_of_the_reference_asks_nobody_else(calling: Calling) -> None:
    page = calling().get("/")
    assert page.status_code == 200
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", page.text)
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_every_operation_is_called_something_in_both_languages(calling: Calling) -> None:
    for path, methods in calling().get("/openapi.json").json()["paths"].items():
        for about in methods.values():
            assert re.search(r"[\u4e00-\u9fff].* [A-Za-z]", about["summary"]), path
    number = calling.office.number_of(calling.office.town.task())
    for language, name in (("zh", "研判"), ("en", "Triage")):
        told = calling("D01").get(f"/tasks/{number}/offers", headers={"Accept-Language": language})
        labels = {one["command"]: one["label"] for one in told.json()["items"]}
        assert labels["triage_task"] == name
