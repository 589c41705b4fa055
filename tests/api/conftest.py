"""The API of the console tests' office, and programs that call it."""

from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from api.app import PREFIX, create_api
from tests.console.conftest import PASSWORD, Office, approved, office

__all__ = ["approved", "office"]


@dataclass
class Program:
    """A program that speaks to the API in somebody's name."""

    client: TestClient

    def get(self, address: str, **asked: Any) -> httpx2.Response:
        headers = asked.pop("headers", {})
        return self.client.get(address, params=asked, headers=headers)

    def give(self, address: str, key: str = "", **body: Any) -> httpx2.Response:
        """POST a command; *if_match* is the version looked at."""
        headers = {"Idempotency-Key": key} if key else {}
        if (version := body.pop("if_match", None)) is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.post(address, json=body, headers=headers)


class Calling:
    """Opens programs at one API."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])

    def __call__(self, number: str = "", **about: Any) -> Program:
        client = TestClient(
            self.app, base_url=f"https://api{PREFIX}", raise_server_exceptions=False, **about
        )
        if number:
            answer = client.post("/sessions", json={"staff_number": number, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return Program(client)


@pytest.fixture
def calling(office: Office) -> Calling:
    return Calling(office)
