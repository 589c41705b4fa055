"""Webhooks: which other systems are told which cases moved, and how deliveries went."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.callers import Caller
from api.commands import Key
from api.describing import problems
from services.webhooks import Line
from webhooks.store import Attempt

router = APIRouter(tags=["webhooks"])
ANSWERS = problems(400, 401, 404, 409, 422, 429, 503)
Name = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


class Wanted(BaseModel):
    """Whom to tell, where, of which kinds of fact (`task` and `pairing` mean all of theirs)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    receiver: Annotated[str, Field(min_length=1, max_length=100)]
    url: Annotated[str, Field(min_length=1, max_length=500)]
    kinds: Annotated[list[str], Field(min_length=1, max_length=100)]
    after: Annotated[int, Field(ge=-1, le=2**53)] | None = None


class Ending(BaseModel):
    """Why nothing is to be sent any more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Made(BaseModel):
    """A subscription, and the secret its receiver checks signatures with."""

    webhook: str
    secret: str
    position: int


class Secret(BaseModel):
    """A new secret; the one before signs beside it for a day."""

    secret: str


class WebhookItem(BaseModel):
    """A subscription and how it fares."""

    webhook: str
    receiver: str
    url: str
    kinds: list[str]
    ended: bool
    position: int
    waiting: int
    dead: int
    failing_since: str


class WebhookList(BaseModel):
    """Every subscription there ever was."""

    items: list[WebhookItem]


class Deliveries(BaseModel):
    """The newest attempts of a subscription."""

    items: list[Attempt]


@router.get("/webhooks", responses=ANSWERS, summary="推送订阅列表 Webhooks")
def list_webhooks(seer: Caller) -> WebhookList:
    """Return the subscriptions; for registrars and auditors."""
    return WebhookList(items=[_item(one) for one in seer.house.webhooks.listing(seer.who)])


def _item(line: Line) -> WebhookItem:
    one, reach = line.subscription, line.reach
    return WebhookItem(
        webhook=one.stream.partition("/")[2],
        receiver=one.standing.receiver,
        url=one.standing.url,
        kinds=sorted(one.standing.kinds),
        ended=not one.open,
        position=reach.position,
        waiting=reach.waiting,
        dead=reach.dead,
        failing_since=reach.failing_since,
    )


@router.post(
    "/webhooks", status_code=201, responses=ANSWERS, summary="订阅推送 Subscribe a webhook"
)
def subscribe_webhook(seer: Caller, body: Wanted, key: Key) -> Made:
    """Have another system told, by reference, of what happens; for registrars."""
    made = seer.house.webhooks.subscribe(
        seer.who, body.receiver, body.url, body.kinds, body.after, key
    )
    return Made(webhook=made.stream.partition("/")[2], secret=made.secret, position=made.position)


@router.post(
    "/webhooks/{name}/end", status_code=204, responses=ANSWERS, summary="终止订阅 End a webhook"
)
def end_webhook(seer: Caller, name: Name, body: Ending) -> None:
    """Have nothing sent any more."""
    seer.house.webhooks.end(seer.who, f"webhook/{name}", body.reason)


@router.post("/webhooks/{name}/rotate", responses=ANSWERS, summary="更换签名密钥 Rotate the secret")
def rotate_webhook_secret(seer: Caller, name: Name) -> Secret:
    """Replace the secret; both sign for a day."""
    return Secret(secret=seer.house.webhooks.rotate(seer.who, f"webhook/{name}"))


@router.get("/webhooks/{name}/deliveries", responses=ANSWERS, summary="推送记录 Deliveries")
def list_deliveries(
    seer: Caller, name: Name, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Deliveries:
    """Return how deliveries went, the newest first."""
    return Deliveries(items=seer.house.webhooks.log(seer.who, f"webhook/{name}", limit))


@router.post(
    "/webhooks/{name}/deliveries/{position}",
    status_code=202,
    responses=ANSWERS,
    summary="重新推送 Send again",
)
def redeliver(
    seer: Caller, name: Name, position: Annotated[int, Path(ge=0, le=2**53)]
) -> dict[str, str]:
    """Have one entry sent again, under the same id."""
    seer.house.webhooks.redeliver(seer.who, f"webhook/{name}", position)
    return {}
