"""Programs that speak GeoReport v2 register needs and follow them."""

from xml.etree import ElementTree as ET

from tests.api.conftest import Calling, Program


def registered(program: Program, key: str = "one") -> str:
    body = {
        "service_code": "ELDER",
        "description": "楼道没有扶手",
        "address_id": "440106003",
        "last_name": "陈",
        "first_name": "阿婆",
        "phone": "13800138000",
    }
    answer = program.client.post(
        "/open311/v2/requests.json", data=body, headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0]["service_request_id"])


def test_a_need_is_registered_once_and_followed(calling: Calling) -> None:
    worker = calling("W01")
    number = registered(worker)
    assert registered(worker) == number
    (shown,) = worker.get(f"/open311/v2/requests/{number}.json", extensions="true").json()
    assert shown["status"] == "open"
    assert shown["status_notes"] == "已登记"
    assert shown["description"] == "楼道没有扶手"
    assert shown["notes"][0]["type"] == "task_registered.v1"
    listed = worker.get("/open311/v2/requests.xml", service_code="ELDER")
    tree = ET.fromstring(listed.text)
    assert [one.findtext("service_request_id") for one in tree.iter("request")] == [number]
    assert "13800138000" not in listed.text


def test_services_are_the_categories_of_the_pack(calling: Calling) -> None:
    tree = ET.fromstring(calling("W01").get("/open311/v2/services.xml").text)
    codes = [one.findtext("service_code") for one in tree.iter("service")]
    assert "ELDER" in codes
    assert codes == sorted(codes, key=str)


def test_what_is_wrong_is_told_in_its_own_form(calling: Calling) -> None:
    worker, nobody, other = calling("W01"), calling(), calling("D02")
    assert nobody.get("/open311/v2/requests.json").status_code == 403
    missing = worker.client.post("/open311/v2/requests.json", data={"description": "x"})
    assert missing.json() == [{"code": 400, "description": "service_code was not provided"}]
    unknown = worker.client.post(
        "/open311/v2/requests.xml", data={"description": "x", "service_code": "nonsense"}
    )
    assert unknown.status_code == 400
    assert ET.fromstring(unknown.text).tag == "errors"
    number = registered(worker)
    foreign = other.get(f"/open311/v2/requests/{number}.json")
    absent = other.get("/open311/v2/requests/DQ440106999999999.json")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
