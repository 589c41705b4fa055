"""What waits for a program's post is told as it is on the workbench."""

from tests.api.conftest import Calling
from tests.console.test_erasure_requests import asked


def test_a_request_to_erase_waits_for_the_officer_alone(calling: Calling) -> None:
    office = calling.office
    task, _, subject = asked(office)
    number = office.number_of(task)
    told = calling("Z01").get("/inbox").json()
    (one,) = told["items"]
    assert (one["item"]["stream"], one["item"]["title"]) == (subject, number)
    assert (one["item"]["what"], one["label"]) == ("answer_erasure", "答复删除个人信息申请")
    assert one["item"]["due"] is not None
    for other in ("A01", "V01", "D01"):
        assert subject not in calling(other).get("/inbox").text
