"""Registrars have other systems told through the API; nobody else does."""

from uuid import uuid4

from tests.api.conftest import Calling


def test_a_subscription_is_made_once_and_read_back(calling: Calling) -> None:
    auditor, dispatcher = calling("A01"), calling("D01")
    body = {"receiver": "市平台", "url": "https://hooks.example.com/in", "kinds": ["task"]}
    refused = dispatcher.give("/webhooks", key="one", **body)
    assert refused.status_code == 409
    assert refused.json()["rule"] in {"role-permitted", "webhook-host-not-allowed"}
    assert auditor.get("/webhooks").json() == {"items": []}
    assert dispatcher.get("/webhooks").status_code == 409
    absent = auditor.get(f"/webhooks/{uuid4()}/deliveries")
    assert absent.json()["rule"] == "webhook-unknown"


def test_inner_addresses_are_refused(calling: Calling) -> None:
    before = calling.office.town.books.ledger.head()
    for url in ("http://127.0.0.1/x", "https://10.0.0.1/", "https://user@example.com/", "ftp://x/"):
        body = {"receiver": "x", "url": url, "kinds": ["task"]}
        answer = calling("A01").give("/webhooks", key="k", **body)
        assert answer.status_code == 409
        assert answer.json()["rule"].startswith("webhook-"), url
    after = calling.office.town.books.ledger.log(before)
    assert not [one for one in after if one.kind.startswith("webhook")]
