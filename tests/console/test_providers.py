"""服务机构: the public register, the doors of providers' own people, and the pages of the staff."""

import html
import re

import pytest

from domain.statements import CHINA
from tests.browser.test_provider import served_by
from tests.console.caterers import AREA, BUREAU, FORM, MARKET, SUPERVISION, Caterer, a_caterer
from tests.console.conftest import Office

LEAD = ("B01", "DEPT_COORDINATOR", BUREAU)
WARNING = {"ground": "INSPECTION_FAILED", "reason": "留样不全"}


@pytest.fixture
def caterer(office: Office) -> Caterer:
    return a_caterer(office)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_body_applies_without_an_account_and_gets_its_link(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    handed = caterer.applies(browser)
    assert handed.status_code == 200
    assert f"/p/#{caterer.secret}" in handed.text
    own = plain(caterer.page(browser).text)
    assert "好饭助餐公司（测试）" in own
    assert "已申请" in own
    assert "联系人测试" not in own, "what is sealed stays sealed"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"credit_code": "91440106MADEUP0010"}, "校验码不符"),
        ({"credit_code": ""}, "请填写统一社会信用代码"),
        ({"until": ["", "2020-01-01", "", ""]}, "已于"),
        ({"until": ["", "yesterday", "", ""]}, "日期应形如"),
        ({"amount": ["15.505", "", "", ""]}, "最多两位小数"),
        ({"categories": []}, "categories"),
    ],
)
def test_a_wrong_application_says_why_and_keeps_what_was_filled_in(
    caterer: Caterer, changed: dict[str, object], told: str
) -> None:
    browser = caterer.office.browser()
    refused = caterer.applies(browser, **changed)
    assert refused.status_code == 422
    assert told in refused.text
    assert 'value="好饭助餐公司（测试）"' in refused.text
    assert 'value="午餐"' in refused.text
    assert not list(caterer.office.town.books.ledger.read(caterer.stream))


def test_sent_twice_it_applies_once(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    told = {**FORM, "credit_code": caterer.code, "secret": "A" * 22}
    assert browser.post("/service-providers/apply", **told).status_code == 200
    assert browser.post("/service-providers/apply", **told).status_code == 200
    assert len(list(caterer.office.town.books.ledger.read(caterer.stream))) == 1


def test_another_links_person_does_not_apply_for_the_same_body(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.applies(browser)
    again = Caterer(caterer.office).applies(browser)
    assert again.status_code == 422
    assert "已有一件申请" in again.text


def test_the_register_shows_who_is_admitted_and_no_person(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    assert caterer.applies(browser).status_code == 200
    assert "好饭" not in browser.get("/service-providers").text, (
        "an applicant is not in the register"
    )
    assert browser.get(caterer.public).status_code == 404
    other = Caterer(caterer.office, "MADEUP002")
    other.admitted(browser)
    page = browser.get("/service-providers").text
    assert "已准入" in page
    one = browser.get(other.public).text
    for told in ("社区助餐", "15.50", "JY-1", other.code):
        assert told in one
    assert "联系人" not in one
    assert "好饭" not in browser.get("/service-providers?category=ELDER").text


def test_a_warning_is_rectified_by_the_link_and_shown_meanwhile(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser).gives(*LEAD, "warn_provider", **WARNING)
    assert "检查不合格" in browser.get(caterer.public).text
    done = caterer.does(browser, "submit_rectification", text="已补留样柜")
    assert "已记下" in done.text
    assert "整改中" in done.text
    again = caterer.does(browser, "submit_rectification", text="再报")
    assert again.status_code == 422
    confirm = {"evidence": "复查合格"}
    caterer.gives("B02", "DEPT_COORDINATOR", BUREAU, "confirm_rectification", **confirm)
    assert "检查不合格" not in browser.get(caterer.public).text


def test_an_appeal_is_filed_by_the_link_and_lifted(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser).gives(*LEAD, "warn_provider", **WARNING)
    assert "已记下" in caterer.does(browser, "appeal_measure", text="检查时正在换柜").text
    lift = {"reason": "事实不清"}
    caterer.gives("J02", "ADJUDICATOR", SUPERVISION, "lift_measure", **lift)
    assert "已准入" in plain(caterer.page(browser).text)


def test_a_change_by_the_link_is_verified_again(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser)
    licences = {
        "licence": ["BUSINESS", "FOOD"],
        "number": ["GS-1", "JY-2"],
        "until": ["", "2032-01-31"],
    }
    prices = {"item": ["午餐"], "per": ["份"], "amount": ["16"]}
    changed = caterer.does(
        browser, "report_change", name="好饭助餐公司（测试）", **licences, **prices
    )
    assert "已记下" in changed.text
    public = browser.get(caterer.public).text
    assert "16.00" in public, "prices change at once"
    assert "JY-1" in public, "a licence only once it is verified"
    page = plain(caterer.office.browser("M01").get(caterer.address).text)
    assert "待答复" in page
    verdict = {"item": "LICENCE", "met": True, "evidence": "查验原件"}
    caterer.gives("M01", "DEPT_COORDINATOR", MARKET, "verify_item", **verdict)
    assert "JY-2" in browser.get(caterer.public).text


def test_it_leaves_by_the_link_where_nothing_is_served(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser)
    assert "已记下" in caterer.does(browser, "request_provider_exit").text
    caterer.gives(*LEAD, "complete_provider_exit")
    assert "已退出" in plain(caterer.page(browser).text)


def test_a_link_that_opens_nothing_says_only_that(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    assert browser.post("/p/", token="B" * 22).status_code == 404
    assert browser.post("/p/do", token="B" * 22, kind="appeal_measure").status_code == 404


def test_a_residents_link_opens_no_provider_and_the_other_way_round(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.applies(browser)
    assert browser.post("/r/", token=caterer.secret).status_code == 404


def test_a_form_of_another_site_is_refused(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.applies(browser)
    for address in ("/p/", "/p/do", "/service-providers/apply"):
        sent = browser.client.post(
            address,
            data={"token": caterer.secret, "secret": caterer.secret},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert sent.status_code == 403


def test_its_people_record_the_hours_they_served(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.applies(browser)
    assert "记录服务时长" not in caterer.page(browser).text, "not before it is admitted"
    caterer = Caterer(caterer.office, "MADEUP002").admitted(browser)
    page = caterer.page(browser).text
    assert f'<option value="{AREA}">' in page
    now = caterer.office.town.books.ledger.clock().astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
    told = {"category": "MEAL", "place": AREA, "people": "6", "minutes": "90", "served_at": now}
    wrong: tuple[tuple[dict[str, str], str], ...] = (
        ({"served_at": "yesterday"}, "时间应形如"),
        ({"people": "some"}, "应填整数"),
        ({"served_at": "2199-01-05T09:00"}, "应在准入之后"),
        ({"served_at": "2020-01-05T09:00"}, "应在准入之后"),
        ({"place": "440105001"}, "未获准入类别"),
    )
    for changed, expected in wrong:
        refused = caterer.does(browser, "record_service_hours", **(told | changed))
        assert refused.status_code == 422
        assert expected in plain(refused.text), plain(refused.text)[:600]
    done = caterer.does(browser, "record_service_hours", **told)
    assert done.status_code == 200
    (fact,) = (
        entry.fact
        for entry in caterer.office.town.books.ledger.read(caterer.stream)
        if entry.kind == "service_hours_recorded.v1"
    )
    assert (fact["people"], fact["minutes"], fact["task"]) == (6, 90, None)
    assert "6 人，每人 90 分钟" in plain(done.text)


def test_the_lead_names_an_agent_and_shows_the_link_once(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser)
    staff = caterer.office.browser("B01")
    form = re.findall(
        r'name="form" value="([^"]+)"', staff.get(f"{caterer.address}/name_agent").text
    )[0]
    shown = staff.post(f"{caterer.address}/name_agent", form=form)
    secret = re.findall(r"/p/#([\w-]{22})", shown.text)[0]
    assert "好饭助餐公司" in browser.post("/p/", token=secret).text


def test_pages_of_providers_people_are_small(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser)
    for page in (
        browser.get("/service-providers"),
        browser.get("/service-providers/apply"),
        caterer.page(browser),
    ):
        assert len(page.content) < 30_000
    assert AREA in browser.get("/service-providers/apply").text


def test_every_page_speaks_english(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser)
    browser.client.cookies.set("language", "en")
    assert "Providers of community services" in browser.get("/service-providers").text
    assert "admitted" in browser.get(caterer.public).text
    assert "Report a change" in caterer.page(browser).text


def test_the_rating_page_shows_what_every_grade_asks(caterer: Caterer) -> None:
    caterer.admitted(caterer.office.browser())
    staff = caterer.office.browser("B01")
    assert "还没有评级" in plain(staff.get(f"{caterer.address}/rating").text)
    assert staff.get("/providers").status_code == 200


def test_an_order_to_leave_begins_with_what_it_serves_wherever_it_is_begun(
    caterer: Caterer,
) -> None:
    caterer.admitted(caterer.office.browser())
    task = served_by(caterer, caterer.office)
    lead = caterer.office.browser("B01")
    page = lead.get(caterer.address).text
    begun = {html.unescape(one) for one in re.findall(r'href="([^"]*/order_exit[^"]*)"', page)}
    assert len(begun) == 1, "the acts and the panel lead to the same form"
    form = lead.get(begun.pop()).text
    assert f'<option value="{task}" selected>' in form


def test_forms_offer_items_and_tasks_by_name(caterer: Caterer) -> None:
    """Nobody knows the code of an item or the id of a task by heart."""
    caterer.admitted(caterer.office.browser())
    task = served_by(caterer, caterer.office)
    number = caterer.office.number_of(task)
    judged = plain(caterer.office.browser("B01").get(f"{caterer.address}/judge_complaint").text)
    assert number in judged
    other = Caterer(caterer.office, "MADEUP002")
    other.applies(caterer.office.browser(source="192.0.2.2"))
    other.gives(*LEAD, "take_up_application")
    asked = caterer.office.browser("M01").get(f"{other.address}/verify_item").text
    assert 'value="LICENCE"' in asked
    assert "证照" in plain(asked)


def test_the_agents_page_says_names_and_what_is_due(caterer: Caterer) -> None:
    browser = caterer.office.browser()
    caterer.admitted(browser).gives(*LEAD, "warn_provider", **WARNING)
    own = plain(caterer.page(browser).text)
    assert "下一时限：整改" in own
    assert "居民" not in own
    assert own.index("第 1 次警告") < own.index("申请准入"), "the newest stands first"
    unsaid = caterer.does(browser, "submit_rectification", text=" ")
    assert "“内容”不能为空。" in unsaid.text


def test_each_department_is_offered_its_own_items_whichever_stands_first(caterer: Caterer) -> None:
    caterer.applies(caterer.office.browser())
    caterer.gives(*LEAD, "take_up_application")
    for number in ("M01", "B01"):
        page = caterer.office.browser(number).get(caterer.address).text
        assert f'class="btn primary" href="{caterer.address}/verify_item"' in page or (
            f'class="btn" href="{caterer.address}/verify_item"' in page
        ), number
    assert f'href="{caterer.address}/verify_item' not in (
        caterer.office.browser("D01").get(caterer.address).text
    )
