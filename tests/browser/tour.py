"""A tour of the console: a stop for each page and state, by whoever sees it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from playwright.async_api import Browser, Page

from console.seeing import SECTIONS
from domain.people import Role
from services.many import FOR_MANY
from tests.browser.communities import Communities
from tests.browser.furnishing import District
from tests.console import pilots
from tests.console.conftest import PASSWORD, STAFF
from tests.console.test_findings import TABLE
from tests.console.test_ledger_page import GOOD, KIND, NO_DATE, NO_SOURCE, SECOND, table
from tests.console.test_residents_following import NEED, PLACE
from tests.journeys.district import BUREAU

Doing = Callable[[Page], Awaitable[None]]
UNSENT = {"registered", "triaged", "cancelled", "merged"}
"""Tasks that are no department's yet."""
STEPS = ("parties", "lists", "claims", "signatures", "approval")


@dataclass(frozen=True)
class Stop:
    """A page as somebody sees it: at an address, after what they do there."""

    name: str
    who: str
    address: str
    do: Doing | None = None
    status: int = 200


def sent(selector: str, **typed: str) -> Doing:
    """Fill what is *typed* in by name, then press the button at *selector*."""

    async def do(page: Page) -> None:
        for name, text in typed.items():
            field = page.locator(f'[name="{name}"]').first
            if await field.evaluate("(one) => one.tagName") == "SELECT":
                await field.select_option(text)
            else:
                await field.fill(text)
        await page.locator(selector).first.click()
        await page.wait_for_load_state()

    return do


async def _empty(page: Page) -> None:
    """Send the form in the middle as it is, past the browser's own asking."""
    async with page.expect_navigation():
        await page.evaluate("document.querySelector('main form .foot').closest('form').submit()")


async def _menu(page: Page) -> None:
    await page.click(".posts summary")


async def _accepted_none(page: Page) -> None:
    async with page.expect_navigation():
        await page.click("#accept button")


async def _english(page: Page) -> None:
    await page.context.add_cookies([{"name": "language", "value": "en", "url": page.url}])
    await page.reload()
    await page.context.clear_cookies(name="language")


async def _unfilled(page: Page) -> None:
    """Send the form of a page for everybody as it is."""
    async with page.expect_navigation():
        await page.evaluate("document.querySelector('main form').submit()")


def _check_up(content: bytes) -> Doing:
    async def do(page: Page) -> None:
        file = {"name": "体检表.csv", "mimeType": "text/csv", "buffer": content}
        await page.set_input_files("#ff", file)  # type: ignore[arg-type]
        async with page.expect_navigation():
            await page.click("main form button[value='look']")

    return do


async def _uploaded(page: Page) -> None:
    content = table(GOOD, SECOND, NO_SOURCE, NO_DATE)
    file = {"name": "台账.xlsx", "mimeType": KIND, "buffer": content}
    await page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    await page.click("form .foot button")
    await page.wait_for_load_state()


def _opened(secret: str, then: Doing | None = None) -> Doing:
    async def do(page: Page) -> None:
        await page.fill("#token", secret)
        await page.click("button.primary")
        await page.wait_for_load_state()
        if then is not None:
            await then(page)

    return do


async def _asked_for_deletion(page: Page) -> None:
    await sent("[formaction='/r/deletion']")(page)
    await sent("[action='/r/deletion/ask'] button")(page)


async def _urged(page: Page) -> None:
    await page.click("details:has([value=urge_task]) summary")
    await sent("details:has([value=urge_task]) button", text="已经等了两周")(page)


async def _graded(page: Page) -> None:
    await page.click("label:has(input[name=grade][value='4'])")
    await sent("button.primary")(page)


def stops(district: District) -> list[Stop]:
    """Return every stop but the forms of acts, which are found on the way."""
    return [
        *_doors(),
        *_menus(),
        *_cases(district),
        *_desks(district),
        *_administration(district),
        *_residents(district),
        *_communities(district.communities),
        *_rooms(district.communities),
        *_for_everybody(district.communities),
    ]


def _doors() -> list[Stop]:
    wrong = sent("button", number="D01", password="不是这个密码也不对")
    return [
        Stop("sign-in", "", "/sign-in"),
        Stop("sign-in-refused", "", "/sign-in", wrong),
        Stop("sign-in-office-away", "", "/sign-in/office", status=503),
        Stop("nothing-here", "D01", "/tasks/DQ440106202601010000X", status=404),
        Stop("unclear", "D01", "/tasks?page=x", status=422),
        Stop("menu-of-posts", "D01", "/", _menu),
        Stop("account", "D01", "/account"),
    ]


def _menus() -> list[Stop]:
    """Return the first page of every role, and each other page of the menu as two of them see it.

    The auditor's is the one that shows the least.
    """
    staff = {number: Role(role) for number, (role, _) in STAFF.items()} | {"G01": Role.REGISTRAR}
    found = []
    for address, _, roles in SECTIONS:
        name = address.strip("/").replace("/", "-") or "workbench"
        theirs = [number for number, role in staff.items() if role in roles]
        shown = theirs if address == "/" else [*theirs[:1], *({"A01"} & {*theirs[1:]})]
        found += [Stop(f"{name}-{number}", number, address) for number in shown]
    return found


def _cases(district: District) -> list[Stop]:
    found = [
        Stop(f"task-{state}-{who}", who, f"/tasks/{number}")
        for state, number in district.tasks.items()
        for who in (("D01",) if state in UNSENT else ("D01", "B01"))
    ]
    found += [
        Stop(f"task-working-{who}", who, f"/tasks/{district.tasks['working']}")
        for who in ("S01", "V01", "A01", "W01")
    ]
    for state, address in district.pairings.items():
        found.append(Stop(f"pairing-{state}", "C01", address))
        if state != "active":
            found += [
                Stop(f"pairing-{state}-{step}", who, f"{address}/start/{step}")
                for step in STEPS
                for who in (("B01",) if step in {"claims", "signatures"} else ("C01",))
            ]
    active, signed = district.pairings["active"], district.pairings["signed"]
    return [
        *found,
        Stop("pairing-new", "C01", "/pairings/new"),
        Stop("pairing-new-refused", "C01", "/pairings/new", _empty),
        Stop("pairing-lists-revised", "C01", f"{active}/revise_lists"),
        Stop("pairing-approving", "O01", f"{signed}/start/approval"),
        Stop("pairing-active-authority", "O01", active),
    ]


def _desks(district: District) -> list[Stop]:
    tasks = district.tasks
    several = "&".join(f"case={tasks[name]}" for name in ("dispatched", "second", "working"))
    chosen = {"accept_task": "B01", "request_extension": "B01", "dispatch_task": "D01"}
    assert set(chosen) <= set(FOR_MANY)
    return [
        Stop("dispatch-triaged", "D01", f"/dispatch?case={tasks['triaged']}"),
        Stop("tasks-narrowed-to-none", "D01", "/tasks?q=没有这样的任务"),
        Stop("workbench-empty", "D02", "/"),
        Stop("dispatch-empty", "D02", "/dispatch"),
        Stop("tasks-empty", "D02", "/tasks"),
        Stop("pairings-none", "D01", "/pairings?q=没有这样的结对"),
        Stop("accepted-none", "B01", "/", _accepted_none),
        Stop("register-refused", "W01", "/register", _empty),
        Stop("callbacks-refused", "R01", "/callbacks", _empty),
        Stop("link-handed-over", "D01", f"/tasks/{tasks['approved']}/issue_rating_link", _link),
        *(
            Stop(f"many-{kind}", who, f"/tasks/many?command={kind}&{several}")
            for kind, who in chosen.items()
        ),
        Stop(
            "many-done", "B01", f"/tasks/many?command=accept_task&{several}", sent(".foot button")
        ),
        Stop("ledger-preview", "W01", "/ledger", _uploaded),
        *(
            Stop(f"figures-by-{by}", "V01", f"/figures?by={by}")
            for by in ("unit", "street", "category", "month")
        ),
        Stop("figure-on_time", "V01", "/figures/on_time_rate@1"),
        Stop("figure-counted-again", "A01", "/figures/on_time_rate@1?recompute=yes"),
        Stop("supervision-narrowed", "V01", "/supervision?level=RED"),
        Stop("province-city", "V01", district.city),
        Stop("audit-nothing", "A01", "/audit?case=DQ440106202601010000X", status=404),
        Stop("audit-compared", "A01", f"/audit?case={tasks['working']}&policy=zhuhai-124"),
        Stop("audit-case", "A01", f"/audit?case={tasks['working']}"),
        Stop("audit-earlier", "A01", f"/audit?case={tasks['working']}&facts=3"),
        Stop("audit-verified", "A01", "/audit", sent("form[action='/audit/verify'] button")),
        Stop("audit-check", "A01", "/audit/check"),
    ]


async def _link(page: Page) -> None:
    await page.click(".foot button")
    await page.wait_for_selector(".qr")


def _administration(district: District) -> list[Stop]:
    person = f"/admin/people/{district.registrar}"
    return [
        *(
            Stop(f"admin-{name}-{who}", who, f"/admin/{name}")
            for name, who in (
                ("policies", "G01"),
                ("policies", "A01"),
                ("calendars", "G01"),
                ("accounts", "G01"),
                ("log", "G01"),
                ("status", "G01"),
                ("privacy", "Z01"),
            )
        ),
        Stop("admin-unit", "G01", f"/admin/units/{BUREAU}"),
        Stop("admin-unit-new", "G01", "/admin/units/new/register_unit"),
        Stop("admin-person", "G01", person),
        Stop("admin-grant", "G01", f"{person}/grant_role"),
        Stop("admin-policy", "G01", "/admin/policies/gd-2022"),
        Stop("ui-kit", "G01", "/ui-kit"),
        Stop("ui-kit-english", "G01", "/ui-kit", _english),
    ]


def _residents(district: District) -> list[Stop]:
    follow = district.following
    return [
        Stop("resident-door", "", "/r/"),
        Stop("resident-unknown", "", "/r/", _opened("A" * 22)),
        Stop("resident-matter", "", "/r/", _opened(follow)),
        Stop("resident-seen", "", "/r/", _opened(follow, sent("[formaction='/r/seen']"))),
        Stop("resident-deletion", "", "/r/", _opened(follow, sent("[formaction='/r/deletion']"))),
        Stop("resident-deletion-asked", "", "/r/", _opened(follow, _asked_for_deletion)),
        Stop("resident-rating", "", "/r/", _opened(district.rating)),
        Stop("resident-urged", "", "/r/", _opened(follow, _urged)),
        Stop("resident-thanks", "", "/r/", _opened(district.rating, _graded)),
        Stop("code", "", f"/c/{PLACE}"),
        Stop("code-refused", "", f"/c/{PLACE}", _unfilled),
        Stop("code-taken", "", f"/c/{PLACE}", sent("button.primary", **NEED)),
        Stop("code-unknown", "", "/c/440106999", status=404),
    ]


LOOKED_AT_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "findings": {"": ("D01", "B01"), "recorded": ("F01",), "in-remedy": ("W01", "A01")},
    "facilities": {
        "": ("D01", "B01"),
        "proposed": ("O01",),
        "building": ("S01",),
        "ready": ("C01",),
        "open": ("C01", "O01", "W01", "A01"),
    },
    "sites": {"": ("D01",), "free": ("W01", "B01")},
    "providers": {
        "": ("B01",),
        "admitted": ("M01", "D01", "A01"),
        "verifying": ("M01", "S01"),
        "appealing": ("J02",),
        "ordered": ("V02",),
    },
    "programmes": {
        "": ("B01", "O01"),
        "applied": ("D01",),
        "scoring": ("S01",),
        "assessed": ("D01", "A01"),
    },
}
"""Who looks at the cases of a kind, and who else at those in one state."""

BEGINNINGS = (
    ("W01", "/findings/new/record_finding"),
    ("D01", "/sites/new/register_site"),
    ("D01", "/facilities/new/propose_facility"),
    ("B01", "/providers/new/apply_for_admission"),
    ("B01", "/programmes/new/draft_programme"),
)


def _communities(found: Communities) -> list[Stop]:
    """Return the cases of the kinds on the board, and the forms by which they begin."""
    cases = [
        Stop(f"{plural}-{state}-{who}", who, address)
        for plural, states in found.at.items()
        for state, address in states.items()
        for who in (*LOOKED_AT_BY[plural][""], *LOOKED_AT_BY[plural].get(state, ()))
    ]
    foreign = [
        Stop(f"{plural}-foreign", "D02", found.at[plural][state], status=404)
        for plural, state in (("findings", "in-remedy"), ("facilities", "open"), ("sites", "free"))
    ]
    begun = [
        Stop(f"begin-{address.rpartition('/')[2]}{name}", who, address, do)
        for who, address in BEGINNINGS
        for name, do in (("", None), ("-refused", _empty))
    ]
    none = [Stop(f"{plural}-none", "D01", f"/{plural}?q=没有这样的案卷") for plural in LOOKED_AT_BY]
    return [*cases, *foreign, *begun, *none]


def _rooms(found: Communities) -> list[Stop]:
    """Return what the rooms of those kinds show beside their cases."""
    admitted, assessed = found.at["providers"]["admitted"], found.at["programmes"]["assessed"]
    counted = sent("form:has([name=recompute]) button")
    return [
        Stop("findings-figures-D01", "D01", "/findings/figures"),
        Stop("findings-figures-B01", "B01", "/findings/figures"),
        Stop("findings-import", "W01", "/findings/import"),
        Stop("findings-import-tried", "W01", "/findings/import", _check_up(TABLE)),
        Stop("findings-import-refused", "W01", "/findings/import", _check_up(b"\x00\x01")),
        Stop("coverage-D01", "D01", "/coverage"),
        Stop("coverage-B01", "B01", "/coverage"),
        Stop("coverage-street", "B01", "/coverage?street=440106003"),
        Stop("coverage-open", "D01", f"/coverage/{pilots.FIRST}/ELDER"),
        Stop("coverage-coming", "D01", f"/coverage/{pilots.SECOND}/ELDER"),
        Stop("coverage-none", "D01", f"/coverage/{pilots.FIRST}/MEAL"),
        Stop("sites-empty", "D02", "/sites"),
        Stop("provider-order-refused", "B01", f"{admitted}/order_exit", _empty),
        Stop("provider-rating", "B01", f"{admitted}/rating"),
        Stop("provider-unrated", "B01", f"{found.at['providers']['warned']}/rating"),
        Stop("provider-link", "B01", f"{admitted}/name_agent", _link),
        Stop("programme-figures", "D01", f"{assessed}/figures"),
        Stop("programme-figures-one", "B01", f"{assessed}/figures?community={pilots.FIRST}"),
        Stop("programme-figures-counted", "A01", f"{assessed}/figures", counted),
    ]


def _for_everybody(found: Communities) -> list[Stop]:
    """Return the pages that nobody signs in for: registers, and providers' own people by link."""
    providers = found.at["providers"]
    shown = [
        Stop(f"register-{state}", "", providers[state].replace("/providers", "/service-providers"))
        for state in ("admitted", "warned", "suspended", "exiting")
    ]
    selections = [
        Stop(f"pilot-{state}", "", found.at["programmes"][state].replace("programmes", "pilots"))
        for state in ("published", "assessed")
    ]
    return [
        Stop("register", "", "/service-providers"),
        Stop("register-none", "", "/service-providers?category=EDU"),
        *shown,
        Stop("apply", "", "/service-providers/apply"),
        Stop("apply-refused", "", "/service-providers/apply", _unfilled),
        Stop("agent-door", "", "/p/"),
        Stop("agent-unknown", "", "/p/", _opened("B" * 22)),
        *(
            Stop(f"agent-{state}", "", "/p/", _opened(secret))
            for state, secret in found.agents.items()
        ),
        Stop("apply-incomplete", "", "/service-providers/apply", _without_code),
        Stop("agent-refused", "", "/p/", _opened(found.agents["warned"], _saying_nothing)),
        Stop("pilots", "", "/pilots"),
        *selections,
    ]


async def _without_code(page: Page) -> None:
    """Have the rows behind the word opened, and what was written kept."""
    await page.fill("[name=name]", "街坊食堂（测试）")
    await page.click("fieldset:has([name=licence]) summary")
    await _unfilled(page)


async def _saying_nothing(page: Page) -> None:
    form = "form:has(input[name=kind][value=submit_rectification])"
    async with page.expect_navigation():
        await page.evaluate("(form) => document.querySelector(form).submit()", form)


@asynccontextmanager
async def visiting(chromium: Browser, base: str, who: str, **about: Any) -> AsyncIterator[Page]:
    """Open a browser of its own, in which *who* has signed in."""
    context = await chromium.new_context(locale="zh-CN", **about)
    page = await context.new_page()
    if who:
        await page.goto(f"{base}/sign-in")
        await page.fill("#number", who)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_url(f"{base}/")
    yield page
    await context.close()


async def walk(
    chromium: Browser,
    base: str,
    district: District,
    *,
    only: frozenset[str] = frozenset(),
    **about: Any,
) -> AsyncIterator[tuple[Stop, Page]]:
    """Come to every stop, one browser for each person, and to each form that is offered there.

    With *only* no other stops are given; forms are looked for wherever one is named.
    """
    forms_too = not only or any(name.startswith("act-") for name in only)
    offered: set[str] = set()
    wanted = [one for one in stops(district) if forms_too or one.name in only]
    asked = sorted(wanted, key=lambda stop: stop.who)
    for who, theirs in groupby(asked, key=lambda stop: stop.who):
        async with visiting(chromium, base, who, **about) as page:
            waiting = list(theirs)
            while waiting:
                stop = waiting.pop(0)
                answer = await page.goto(f"{base}{stop.address}")
                assert answer is not None
                assert answer.status == stop.status, (stop.name, answer.status)
                forms = await page.eval_on_selector_all(
                    "main .acts a.btn", "(all) => all.map((one) => one.getAttribute('href'))"
                )
                for form in forms:
                    found = re.fullmatch(r"/(?:[a-z]+|admin/\w+)/[^/]+/(\w+)(?:\?.*)?", form)
                    if found and found[1] not in offered:
                        offered.add(found[1])
                        waiting.append(Stop(f"act-{found[1]}", who, form))
                if only and stop.name not in only:
                    continue
                if stop.do is not None:
                    await stop.do(page)
                yield stop, page
