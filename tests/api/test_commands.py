"""Programs give the same commands under the same rules, once, and are told what went wrong."""

from uuid import uuid4

from desk.identifiers import new_uuid7
from tests.api.conftest import Calling
from tests.console.conftest import PASSWORD
from tests.journeys.district import BUREAU, STREET
from tests.oversight.town import GRANDMOTHER

NEED = {
    "source": "RESIDENT",
    "category": "ELDER",
    "place": "440106003",
    "text": "楼道没有扶手",
    "ad_hoc": True,
    "privacy_notice": "privacy-notice-2026-1",
}


def test_a_task_goes_from_registration_to_assignment_through_the_api(calling: Calling) -> None:
    worker, dispatcher, bureau = calling("W01"), calling("D01"), calling("B01")
    made = worker.give("/tasks", key="intake-1", **NEED)
    assert made.status_code == 200, made.text
    number = made.json()["number"]
    triage = {"urgency": "NORMAL", "duty_class": "COOPERATE"}
    assert dispatcher.give(f"/tasks/{number}/triage_task", key="t1", **triage).status_code == 200
    sent = dispatcher.give(f"/tasks/{number}/dispatch_task", key="d1", main=BUREAU)
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "DISPATCHED"
    accepted = bureau.give(f"/tasks/{number}/accept_task", key="a1")
    assert accepted.json()["facts"] == ["task_accepted.v1"]
    shown = bureau.get(f"/tasks/{number}")
    assert shown.json()["task"]["state"] == "ACCEPTED"
    assert shown.json()["words"]["text"] == "楼道没有扶手"
    assert shown.headers["etag"] == f'"{accepted.json()["version"]}"'
    (entry,) = calling.office.town.books.ledger.log(accepted.json()["position"] - 1, 1)
    assert (entry.by.channel, entry.by.known, entry.by.unit) == ("api", "session", BUREAU)
    assert entry.by.session


def test_the_same_key_gives_the_same_receipt_and_another_body_a_conflict(calling: Calling) -> None:
    worker = calling("W01")
    first = worker.give("/tasks", key="same", **NEED)
    again = worker.give("/tasks", key="same", **NEED)
    same = {"repeated": False, "state": ""}
    assert again.json() | same == first.json() | same
    other = worker.give("/tasks", key="same", **(NEED | {"text": "另一件事"}))
    assert other.status_code == 409
    assert other.json()["rule"] == "command-conflict"
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["type"] == "/api/v1/problems/command-conflict"


def test_a_command_without_a_key_is_no_command(calling: Calling) -> None:
    answer = calling("W01").give("/tasks", **NEED)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.Idempotency-Key"


def test_what_was_looked_at_must_still_stand(calling: Calling) -> None:
    task = calling.office.town.task()
    number = calling.office.number_of(task)
    dispatcher = calling("D01")
    triage = {"urgency": "NORMAL", "duty_class": "COOPERATE"}
    stale = dispatcher.give(f"/tasks/{number}/triage_task", key="t", if_match=7, **triage)
    assert stale.status_code == 412
    assert stale.json()["rule"] == "case-moved-on"
    fresh = dispatcher.get(f"/tasks/{number}").headers["etag"].strip('"')
    taken = dispatcher.give(f"/tasks/{number}/triage_task", key="t", if_match=fresh, **triage)
    assert taken.status_code == 200
    again = dispatcher.give(f"/tasks/{number}/triage_task", key="t", if_match=fresh, **triage)
    assert again.status_code == 200
    assert again.json()["repeated"]


def test_a_dry_run_records_nothing(calling: Calling) -> None:
    task = calling.office.town.task()
    number = calling.office.number_of(task)
    dispatcher = calling("D01")
    before = calling.office.town.books.ledger.head()
    body = {"urgency": "NORMAL", "duty_class": "COOPERATE"}
    would = dispatcher.client.post(
        f"tasks/{number}/triage_task?dry-run=true", json=body, headers={"Idempotency-Key": "x"}
    )
    assert would.status_code == 204
    refused = dispatcher.client.post(
        f"/tasks/{number}/accept_task?dry-run=true", json={}, headers={"Idempotency-Key": "x"}
    )
    assert refused.status_code == 409
    assert calling.office.town.books.ledger.head() == before


def test_a_foreign_task_and_none_at_all_are_the_same_answer(calling: Calling) -> None:
    number = calling.office.number_of(calling.office.town.task())
    stranger = calling("D02")
    for end in ("", "/history", "/offers"):
        foreign = stranger.get(f"/tasks/{number}{end}")
        absent = stranger.get(f"/tasks/DQ440106999999999{end}")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.content == absent.content
    answers = [
        stranger.give(f"/tasks/{one}/triage_task", key="k", urgency="NORMAL", duty_class="BASIC")
        for one in (number, "DQ440106999999999", str(uuid4()))
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1


def test_bodies_are_read_strictly(calling: Calling) -> None:
    worker = calling("W01")
    before = calling.office.town.books.ledger.head()

    def sent(content: bytes, kind: str = "application/json") -> tuple[int, str]:
        headers = {"Idempotency-Key": f"k{uuid4()}", "Content-Type": kind}
        answer = worker.client.post("/tasks", content=content, headers=headers)
        return answer.status_code, answer.json()["type"].rpartition("/")[2]

    assert sent(b'{"source": "RESIDENT", "source": "CENTER"}') == (400, "order-malformed")
    assert sent(b"[]") == (400, "order-malformed")
    assert sent(b'{"a": 1e999}') == (422, "command-malformed")
    assert sent(b"\xff") == (400, "order-malformed")
    assert sent(b"{}", "text/plain") == (415, "not-json")
    assert sent(b"[" * 100_000) == (400, "order-malformed")
    assert sent(b'{"source": "RESIDENT", "kind": "accept_task"}') == (422, "command-malformed")
    assert sent(b'{"by": "person/x", "source": "RESIDENT"}') == (422, "command-malformed")
    assert sent(b'{"x": "' + b"x" * (17 * 1024 * 1024) + b'"}') == (413, "too-large")
    assert calling.office.town.books.ledger.head() == before


def test_nobody_speaks_for_another(calling: Calling) -> None:
    stranger = calling()
    assert stranger.get("/tasks").status_code == 401
    assert stranger.get("/tasks", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    wrong = stranger.client.post("/sessions", json={"staff_number": "D01", "password": "错的"})
    absent = stranger.client.post("/sessions", json={"staff_number": "X99", "password": "错的"})
    assert wrong.status_code == absent.status_code == 401
    assert wrong.content == absent.content
    post = {"role": "AUDITOR", "unit": STREET}
    body = {"staff_number": "D01", "password": PASSWORD, "post": post}
    assert stranger.client.post("/sessions", json=body).status_code == 401


def test_a_session_begins_in_the_post_that_is_named(calling: Calling) -> None:
    post = {"role": "STREET_DISPATCHER", "unit": STREET}
    body = {"staff_number": "D01", "password": PASSWORD, "post": post}
    opened = calling().client.post("/sessions", json=body)
    assert (opened.status_code, opened.json()["post"]) == (201, post)


def test_a_session_ends_where_it_is_ended(calling: Calling) -> None:
    worker = calling("W01")
    assert worker.get("/sessions/current").json()["post"] == {
        "role": "COMMUNITY_WORKER",
        "unit": STREET,
    }
    assert worker.client.delete("/sessions/current").status_code == 204
    assert worker.get("/tasks").status_code == 401


def test_personal_data_is_told_to_those_whose_task_it_is(calling: Calling) -> None:
    town = calling.office.town
    task = town.task()
    number = calling.office.number_of(task)
    dispatcher, auditor = calling("D01"), calling("A01")
    for program in (dispatcher, auditor):
        for address in (f"/tasks/{number}", f"/tasks/{number}/history", "/facts", "/tasks"):
            answer = program.get(address)
            assert answer.status_code == 200, (address, answer.text)
            for name in ("name", "phone", "address"):
                assert GRANDMOTHER[name] not in answer.text, (address, name)
    assert auditor.get(f"/tasks/{number}").json()["words"] is None


def test_the_feed_tells_each_fact_once_and_only_to_those_it_concerns(calling: Calling) -> None:
    town = calling.office.town
    tasks = [town.task() for _ in range(3)]
    dispatcher, other = calling("D01"), calling("D02")
    told, after = [], -1
    while True:
        page = dispatcher.get("/facts", after=after, limit=2).json()
        told += page["items"]
        if page["next"] == after:
            break
        after = page["next"]
    positions = [one["position"] for one in told]
    assert positions == sorted(set(positions))
    ours = [one for one in told if one["stream"] in tasks]
    entries = [entry for task in tasks for entry in town.books.ledger.read(task)]
    assert sorted(one["position"] for one in ours) == sorted(one.position for one in entries)
    assert {one["hash"] for one in ours} == {one.hash for one in entries}
    theirs = other.get("/facts", limit=500).json()["items"]
    assert not [one for one in theirs if one["stream"] in tasks]


def test_every_task_is_listed_once_whatever_the_size_of_a_page(calling: Calling) -> None:
    tasks = [calling.office.town.task() for _ in range(7)]
    dispatcher = calling("D01")
    seen, cursor = [], None
    while True:
        page = dispatcher.get("/tasks", size=3, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["task"]["stream"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(tasks)
    assert dispatcher.get("/tasks", cursor="不是").status_code == 422


def test_an_unknown_command_and_a_wrong_method_are_told_as_problems(calling: Calling) -> None:
    program = calling("D01")
    number = calling.office.number_of(calling.office.town.task())
    absent = program.give(f"/tasks/{number}/no_such_command", key="x")
    assert absent.status_code == 404
    assert absent.headers["content-type"] == "application/problem+json"
    wrong = program.client.put("/tasks")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET, POST"


def test_problems_are_told_in_the_language_asked_for(calling: Calling) -> None:
    number = calling.office.number_of(calling.office.town.task())
    program = calling("D01")
    chinese = program.give(f"/tasks/{number}/approve_result", key="x").json()
    program.client.headers["Accept-Language"] = "en-GB,zh;q=0.5"
    english = program.give(f"/tasks/{number}/approve_result", key="x").json()
    assert chinese["title"] == "未受理"
    assert english["detail"] == english["english"] == chinese["english"]
    page = program.client.get(f"/problems/{english['rule']}")
    assert page.status_code == 200
    assert english["rule"] in page.text
    assert program.client.get("/problems/no-such-rule").status_code == 404


def test_pairings_are_drafted_and_read(calling: Calling) -> None:
    center = calling("C01")
    answer = center.give(f"/pairings/{new_uuid7()}/propose_pairing", key="x")
    assert answer.status_code == 404
    assert center.get("/pairings").json() == {"items": [], "next": None}
