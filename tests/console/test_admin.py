"""系统管理: the roster and its forms, packs, calendars, sessions; foreign things are absent."""

import html
import json
import re
from datetime import UTC, datetime

import pytest

import policies
from projections.service_levels import month_of
from services.policy_versions import versions
from tests import accounts
from tests.console.conftest import OTHER_STREET, PASSWORD, Browser, Office
from tests.console.test_acting import command_id
from tests.journeys.district import BUREAU, STREET
from tests.oversight.town import GRANDMOTHER

FOREIGN = "440105-MZJ"
TABS = {
    "/admin": {"G01", "Z01", "A01"},
    "/admin/policies": {"G01", "Z01", "A01"},
    "/admin/calendars": {"G01", "Z01", "A01"},
    "/admin/accounts": {"G01"},
    "/admin/log": {"G01", "A01"},
    "/admin/status": {"G01", "A01"},
    "/admin/privacy": {"Z01", "A01"},
}


@pytest.fixture
def registrar(office: Office) -> Browser:
    """The registrar of the district, signed in; another district has a unit of its own."""
    desk = office.town.books.desk
    first = accounts.registrar(desk)
    person = office.house.doorkeeper.person_with("G01")
    accounts.enter(desk, person, "register_person", name="测试G01")
    accounts.enter(desk, person, "grant_role", role="REGISTRAR", unit=BUREAU)
    office.house.doorkeeper.set_password(person, PASSWORD, first)
    accounts.enter(
        desk,
        f"unit/{FOREIGN}",
        "register_unit",
        name="海珠区民政局",
        unit_kind="DEPARTMENT",
        division="440105",
    )
    return office.browser("G01")


def given(browser: Browser, address: str, **fields: str) -> str:
    """Send the form at *address* as it was shown, and return where it led."""
    form = browser.get(address)
    assert form.status_code == 200, form.text
    for name in fields:
        assert f'name="{name}"' in form.text, name
    done = browser.post(address, command_id=command_id(form.text), **fields)
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


@pytest.mark.parametrize("number", ["G01", "Z01", "A01", "D01", "V01"])
def test_each_tab_is_there_for_its_roles_and_absent_for_others(
    office: Office, registrar: Browser, number: str
) -> None:
    browser = office.browser(number)
    for address, seen in TABS.items():
        answer = browser.get(address)
        assert answer.status_code == (200 if number in seen else 404), (address, answer.text)
        if number in seen:
            assert "<h1>系统管理</h1>" in answer.text
            assert "style=" not in answer.text
            links = set(re.findall(r'<a href="(/admin[a-z/]*)"', answer.text))
            assert {one for one, roles in TABS.items() if number in roles} <= links
            assert not {one for one, roles in TABS.items() if number not in roles} & links


@pytest.mark.parametrize("number", ["Z01", "A01"])
def test_who_may_only_read_is_offered_no_act_and_given_none(
    office: Office, registrar: Browser, number: str
) -> None:
    browser, before = office.browser(number), office.town.books.ledger.head()
    nothing = browser.get("/admin/units/440106-NNN").text
    unit = browser.get(f"/admin/units/{BUREAU}")
    assert "change_unit" not in unit.text
    person = office.person("S01").partition("/")[2]
    for address in (
        f"/admin/units/{BUREAU}/change_unit",
        "/admin/units/new/register_unit",
        f"/admin/people/{person}/grant_role",
    ):
        assert browser.get(address).text == nothing
        assert browser.post(address, name="某局", reason="因故").text == nothing
    for address in (f"/admin/people/{person}/password", "/admin/policies", "/admin/calendars"):
        assert browser.post(address, text="{}").text == nothing
    assert office.town.books.ledger.head() == before


def test_names_are_read_by_registrars_and_stay_numbers_for_auditors(
    office: Office, registrar: Browser
) -> None:
    assert "测试S01" in registrar.get("/admin?q=S01").text
    assert "测试S01" not in office.browser("A01").get("/admin").text


def test_a_unit_and_a_person_are_entered_changed_and_closed_by_forms(
    office: Office, registrar: Browser
) -> None:
    where = given(
        registrar,
        "/admin/units/new/register_unit",
        code="440106-WHJ",
        name="天河区文化局",
        unit_kind="DEPARTMENT",
        division="440106",
        line="culture",
    )
    assert where.startswith("/admin/units/440106-WHJ?receipt=")
    shown = registrar.get(where).text
    assert "已入账：账本第" in shown
    assert "天河区文化局" in shown
    given(
        registrar, "/admin/units/440106-WHJ/change_unit", name="天河区文旅体局", reason="机构改革"
    )
    person = given(
        registrar, "/admin/people/new/register_person", staff_number="N77", name="新来的人"
    ).partition("?")[0]
    assert person == f"/admin/people/{office.person('N77').partition('/')[2]}"
    given(registrar, f"{person}/grant_role", role="DEPT_STAFF", unit="440106-WHJ")
    assert "承办人员" in registrar.get(person).text
    given(registrar, f"{person}/revoke_role", role="DEPT_STAFF", unit="440106-WHJ", reason="调离")
    facts = [one.kind for one in office.town.books.ledger.read(office.person("N77"))]
    assert facts == ["person_registered.v1", "role_granted.v1", "role_revoked.v1"]
    history = registrar.get("/admin/units/440106-WHJ").text
    assert "原名天河区文化局" in history
    assert "理由：机构改革" in history
    given(
        registrar,
        "/admin/units/440106-WHJ/close_unit",
        until="2030-01-01T00:00",
        reason="并入他局",
    )
    assert "2030-01-01 00:00" in registrar.get("/admin/units/440106-WHJ").text
    ledger = office.town.books.ledger
    assert {one.by.known for one in ledger.read("unit/440106-WHJ")} == {"session"}


def test_what_is_refused_stays_typed_in_and_changes_nothing(
    office: Office, registrar: Browser
) -> None:
    form = registrar.get("/admin/units/new/register_unit").text
    before = office.town.books.ledger.head()
    answer = registrar.post(
        "/admin/units/new/register_unit",
        command_id=command_id(form),
        code="440105-JYJ",
        name="海珠区教育局",
        unit_kind="DEPARTMENT",
        division="440105",
    )
    assert answer.status_code == 422
    assert "division-covered" in answer.text
    assert "海珠区教育局" in answer.text
    assert office.town.books.ledger.head() == before


def test_a_foreign_unit_and_its_people_are_absent(office: Office, registrar: Browser) -> None:
    person = accounts.somebody(office.town.books.desk, "DEPT_STAFF", FOREIGN, "邻区职工")
    key = person.partition("/")[2]
    listed = registrar.get("/admin").text
    assert "天河区民政局" in listed
    assert "海珠区民政局" not in listed
    assert "邻区职工" not in listed
    nothing = registrar.get("/admin/units/440106-NNN")
    assert nothing.status_code == 404
    for address in (
        f"/admin/units/{FOREIGN}",
        f"/admin/people/{key}",
        f"/admin/people/{key}/change_person",
        f"/admin/units/{FOREIGN}/change_unit",
    ):
        assert registrar.get(address).text == nothing.text
    assert registrar.post(f"/admin/people/{key}/password").text == nothing.text


def test_a_fresh_password_is_shown_once_lets_in_and_puts_others_out(
    office: Office, registrar: Browser
) -> None:
    staff = office.browser("S01")
    page = f"/admin/people/{office.person('S01').partition('/')[2]}"
    shown = registrar.post(f"{page}/password").text
    (password,) = re.findall(r'id="password">([^<]+)<', shown)
    assert staff.get("/").status_code == 303
    assert office.browser().sign_in("S01", PASSWORD).status_code != 303
    assert office.browser().sign_in("S01", password).status_code == 303
    assert password not in registrar.get(page).text
    facts = office.town.books.ledger.read(office.person("S01"))
    (noted,) = [one for one in facts if one.kind == "password_set.v1"][1:]
    assert noted.by.person == office.person("G01")
    assert all(password not in json.dumps(one.fact) for one in facts)


def test_a_password_is_set_from_our_own_page_only(office: Office, registrar: Browser) -> None:
    page = f"/admin/people/{office.person('S01').partition('/')[2]}/password"
    answer = registrar.client.post(page, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert office.browser().sign_in("S01", PASSWORD).status_code == 303


def test_somebodys_session_is_ended_and_that_is_on_record(
    office: Office, registrar: Browser
) -> None:
    dispatcher = office.browser("D01")
    (session,) = office.house.doorkeeper.sessions_of(office.person("D01"))
    page = registrar.get("/admin/accounts").text
    assert "测试D01" in page
    done = registrar.post(f"/admin/sessions/{session.session}/end")
    assert done.status_code == 303
    assert dispatcher.get("/").status_code == 303
    last = office.town.books.ledger.read(office.person("D01"))[-1]
    assert (last.kind, last.fact["cause"]) == ("session_ended.v1", "REVOKED")
    assert (last.by.person, last.by.role) == (office.person("G01"), "REGISTRAR")
    assert registrar.post(f"/admin/sessions/{session.session}/end").status_code == 404


def changed_pack() -> bytes:
    pack = policies.shipped_pack("gd-2022").model_dump(mode="json")
    pack["handling"]["help"] = "3wd"
    pack["extensions"]["times_max"] = 3
    return json.dumps(pack).encode()


def test_a_pack_is_published_after_a_preview_of_what_would_differ(
    office: Office, registrar: Browser
) -> None:
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    before = versions(town.books.desk, "gd-2022")
    shown = registrar.post(
        "/admin/policies", file=("gd.json", changed_pack(), "application/json")
    ).text
    assert "办理期限·求助：" in shown
    assert "→ 3 个工作日" in shown
    assert "1 件在办，比较了 1 件，1 件会有不同" in shown
    assert office.number_of(task) in shown
    assert versions(town.books.desk, "gd-2022") == before  # nothing yet
    (text,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL)
    done = registrar.post("/admin/policies", text=html.unescape(text), confirmed="yes")
    assert done.status_code == 303
    after = versions(town.books.desk, "gd-2022")
    assert len(after) == len(before) + 1
    page = registrar.get("/admin/policies/gd-2022").text
    assert after[0].version in page
    assert "延期·最多次数：2 → 3" in page
    assert page.count(" → ") == 2
    same = after[0].version
    alike = registrar.get(f"/admin/policies/gd-2022?old={same}&new={same}").text
    assert "两个版本相同" in alike
    assert office.browser("A01").get("/admin/policies/none").status_code == 404


def test_a_file_that_is_no_pack_is_refused_in_words(office: Office, registrar: Browser) -> None:
    for content in (b"{}", b"no json", b"\xff\xfe"):
        answer = registrar.post("/admin/policies", file=("x.json", content, "application/json"))
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_a_calendar_says_whether_the_coming_year_is_published(
    office: Office, registrar: Browser
) -> None:
    coming = int(month_of(datetime.now(UTC))[:4]) + 1
    page = office.browser("A01").get("/admin/calendars").text
    assert f"{coming} 年尚未公布" in page or f"{coming} 年已公布" in page
    year = {
        "year": 2031,
        "papers": ["测试通知"],
        "days": [{"name": "元旦", "date": "2031-01-01", "isOffDay": True}],
    }
    done = registrar.post(
        "/admin/calendars",
        calendar="CN",
        file=("2031.json", json.dumps(year).encode(), "application/json"),
    )
    assert done.status_code == 303, done.text
    assert "测试通知" in registrar.get(str(done.headers["location"])).text


def test_the_state_of_the_system_names_what_is_wrong_and_what_to_do(
    office: Office, registrar: Browser
) -> None:
    page = registrar.get("/admin/status").text
    assert "无人跟账" in page
    assert "未能连接" in page
    assert "怎么办：" in page
    assert "尚未签发" in registrar.get("/admin/log").text


def test_grants_to_open_and_erasures_are_shown_without_a_word_of_what_was_sealed(
    office: Office, registrar: Browser
) -> None:
    task = office.town.task()
    office.town.grant(task)
    page = office.browser("Z01").get("/admin/privacy").text
    assert office.number_of(task) in page
    assert "启封 0 次" in page
    for plain in GRANDMOTHER.values():
        assert plain not in page


def test_both_languages_are_spoken(office: Office, registrar: Browser) -> None:
    registrar.post("/language", back="/")
    for address in (*(one for one in TABS if "G01" in TABS[one]), f"/admin/units/{STREET}"):
        page = registrar.get(address).text
        assert "<h1>Administration</h1>" in page
        panel = page[page.index("</nav>", page.index("<h1>")) : page.index("</main>")]
        for chinese in ("有效期", "单位类别", "签名公钥", "怎么办", "年度", "结束会话", "名册由"):
            assert chinese not in panel, (address, chinese)
    assert OTHER_STREET in registrar.get("/admin").text
