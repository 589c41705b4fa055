"""Styles and scripts are kept by browsers as long as they are what they were, and no longer."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console import assets
from console.app import create_app
from tests.console.conftest import Office


@pytest.fixture
def stranger(office: Office) -> TestClient:
    return TestClient(create_app(office.house), base_url="https://testserver")


@pytest.mark.parametrize("page", ["/sign-in", "/r/"])
def test_what_a_page_names_may_be_kept_for_good(stranger: TestClient, page: str) -> None:
    named = re.findall(r'"(/static/[^"]+)"', stranger.get(page).text)
    assert named
    for address in named:
        answer = stranger.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("version", ["", "?v=", "?v=000000000000", "?w=1"])
def test_another_version_than_stands_there_is_not_kept(stranger: TestClient, version: str) -> None:
    answer = stranger.get(f"/static/resident.css{version}")
    assert answer.headers["cache-control"] == "no-cache"


def test_other_content_has_another_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    style = assets.FOLDER / "resident.css"
    style.write_text("body { color: black }")
    before = assets.asset("resident.css")
    style.write_text("body { color: white }")
    assert assets.asset("resident.css") != before


def test_styles_are_compressed_and_pages_are_not(stranger: TestClient) -> None:
    """A page holds secrets beside what others may have it repeat: its length would tell them."""
    style = stranger.get("/static/console.css")
    assert style.headers["content-encoding"] == "gzip"
    plain = (assets.FOLDER / "console.css").read_bytes()
    assert style.content == plain
    assert int(style.headers["content-length"]) < len(gzip.compress(plain, 1)) + 1000
    assert "content-encoding" not in stranger.get("/sign-in").headers


@pytest.mark.parametrize("path", ["..%2Fapp.py", "../app.py", "node/../../app.py", "nothing.css"])
def test_nothing_beside_the_files_is_told_of(stranger: TestClient, path: str) -> None:
    answer = stranger.get(f"/static/{path}?v=0")
    assert answer.status_code == 404
