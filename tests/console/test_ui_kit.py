"""The page of components shows every class of the stylesheet and every part pages are made of."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import console
from domain.people import Role
from tests.console.conftest import Office, engage
from tests.journeys.district import BUREAU

ROOM = Path(console.__file__).parent
ELSEWHERE = {
    "alone",  # the frame of whoever is not signed in
    "door",
    "said",
    "entry",  # rows of a form: on the forms of cases that have some
    "rowed",
    "narrow",  # a form that has its page to itself
    "bench",  # the workbench's and the callback desk's own division of a page
    "calls",
    "three",
    "turned",
    "led",
    "listed",
    "speak",  # in the frame of whoever is not signed in
    "poster",  # a page that hangs on a wall
    "photographs",  # pictures the kit has none of
    "drop",
    "top",  # too large to stand in itself: the frame of the page
    "large",  # 大字版, chosen by whoever looks
}
"""What is a page of its own rather than a component on one."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_class_of_the_stylesheet_is_on_the_page(office: Office, language: str) -> None:
    engage(office, "G01", "REGISTRAR", BUREAU)
    browser = office.browser("G01")
    browser.client.cookies.set("language", language, domain="testserver.local")
    shown = browser.get("/ui-kit").text
    style = re.sub(r"/\*.*?\*/", "", (ROOM / "static" / "console.css").read_text("utf-8"))
    ruled = set(re.findall(r"\.([a-z][a-z-]*)", re.sub(r"\{[^{}]*\}", "{}", style)))
    worn = {name for some in re.findall(r'class="([^"]*)"', shown) for name in some.split()}
    assert ruled - worn - ELSEWHERE == set()


def test_every_part_pages_share_is_on_the_page() -> None:
    kit = (ROOM / "templates" / "ui_kit.html").read_text("utf-8")
    parts = (ROOM / "templates" / "parts.html").read_text("utf-8")
    for name in re.findall(r"{% macro (\w+)", parts):
        assert f"parts.{name}(" in kit, name


def test_it_is_for_registrars_and_for_a_home_that_only_plays(office: Office) -> None:
    worker = office.browser("W01")
    assert worker.get("/ui-kit").status_code == 404
    office.house = replace(
        office.house, demo_cast=(("W01", "石牌街道", Role.COMMUNITY_WORKER, "公开的演示密码"),)
    )
    assert office.browser("W01").get("/ui-kit").status_code == 200
    assert office.browser().get("/ui-kit").status_code == 303
