"""What a pairing's picture keeps of its promises: what is left of each, and who has to answer.

A promise waits for whoever made it once it was told to be due soon or late, not for all its term.
"""

from collections.abc import Iterator
from typing import Any

from domain.pairing.commands import ListKind
from domain.pairing.commitment_facts import DeliveryStatus
from domain.pairing.facts import PairingState
from projections.pairing_picture import PairingPicture

IN_FORCE = frozenset(
    state.value
    for state in (
        PairingState.ACTIVE,
        PairingState.ADJUSTING,
        PairingState.SUSPENDED,
        PairingState.UNDER_REVIEW,
        PairingState.TERMINATING,
    )
)
"""The states in which what was promised is delivered."""

_NOT_COUNTED = frozenset({DeliveryStatus.SETTLED, DeliveryStatus.TAKEN_BACK})


def undelivered(picture: PairingPicture) -> Iterator[tuple[str, str, str]]:
    """Yield item, unit and due instant of what was told to be due and is not delivered in full."""
    told = picture.talk.get("told", [])
    for item, promise in sorted(picture.talk.get("promises", {}).items()):
        taken = sum(_taken(one) for one in _deliveries(picture) if one["item"] == item)
        if taken < promise["quantity"] and [item, promise["due"]] in told:
            yield item, promise["unit"], promise["due"]


def unanswered(picture: PairingPicture) -> Iterator[tuple[str, str, str]]:
    """Yield number, receiver and due instant of each delivery nobody has confirmed or disputed."""
    promises = picture.talk.get("promises", {})
    for number, one in _numbered(picture, DeliveryStatus.RECORDED):
        promise = promises[one["item"]]
        for unit in _receivers(picture, promise["unit"]):
            yield number, unit, promise["due"]


def disputed(picture: PairingPicture) -> Iterator[str]:
    """Yield the number of each delivery that is argued about."""
    for number, _ in _numbered(picture, DeliveryStatus.DISPUTED):
        yield number


def revisions(picture: PairingPicture) -> Iterator[tuple[str, str]]:
    """Yield item and receiver of each revision that waits for an answer."""
    for item in picture.talk.get("revisions", []):
        for unit in _receivers(picture, picture.talk["promises"][item]["unit"]):
            yield item, unit


def remember(picture: PairingPicture, kind: str, fact: dict[str, Any]) -> None:
    """Change the picture as a fact about promises says; pass over every other."""
    talk = picture.talk
    match kind:
        case "pairing_list_attached.v1" if fact["list"] == ListKind.RESOURCE:
            _listed(picture, fact["unit"], fact["items"])
        case "pairing_adjusted.v1":
            _adjusted(picture, fact["adjustment"])
        case "commitment_delivered.v1":
            talk.setdefault("deliveries", {})[str(fact["delivery"])] = {
                "item": fact["item"],
                "told": fact["delivered"]["quantity"],
                "status": DeliveryStatus.RECORDED,
                "counted": 0,
            }
        case "commitment_delivery_confirmed.v1":
            _became(picture, fact, DeliveryStatus.CONFIRMED)
        case "commitment_delivery_disputed.v1":
            _became(picture, fact, DeliveryStatus.DISPUTED)
        case "delivery_dispute_settled.v1":
            _became(picture, fact, DeliveryStatus.SETTLED, fact["counted"]["quantity"])
        case "delivery_taken_back.v1":
            _became(picture, fact, DeliveryStatus.TAKEN_BACK)
        case "commitment_revision_asked.v1":
            asked = {*talk.get("revisions", []), fact["item"]}
            talk["revisions"] = sorted(asked)
        case "commitment_revised.v1":
            talk["revisions"].remove(fact["item"])
            talk["promises"][fact["item"]] |= {
                "quantity": fact["promised"]["quantity"],
                "due": fact["due"],
            }
        case "commitment_revision_refused.v1":
            talk["revisions"].remove(fact["item"])
        case "commitment_due_soon.v1":
            _told(picture, [[one["item"], one["due"]] for one in fact["due_soon"]])
        case "commitment_missed.v1":
            _told(picture, [[one["item"], fact["due"]] for one in fact["missed"]])
        case _:
            pass


def _listed(picture: PairingPicture, unit: str | None, items: list[dict[str, Any]]) -> None:
    """A resource list of *unit* took the place of the one before."""
    promises = picture.talk.get("promises", {})
    kept = {item: one for item, one in promises.items() if one["unit"] != unit}
    for item in items:
        promised = item.get("commitment")
        if promised is not None:
            quantity, due = promised["quantity"], promised["due"]
            kept[item["code"]] = {"unit": unit, "quantity": quantity, "due": due}
    picture.talk["promises"] = kept


def _taken_over(picture: PairingPicture, old: str, new: str) -> None:
    """Another party stands in for what one had promised."""
    for one in picture.talk.get("promises", {}).values():
        one["unit"] = new if one["unit"] == old else one["unit"]


def _adjusted(picture: PairingPicture, adjustment: dict[str, Any]) -> None:
    old, new = adjustment["old_unit"], adjustment["new_unit"]
    match adjustment["what"]:
        case "PARTY":
            _taken_over(picture, old, new)
        case "LIST" if adjustment["list"] == ListKind.RESOURCE:
            _listed(picture, new, adjustment["items"])
        case _:
            pass


def _told(picture: PairingPicture, what: list[list[str]]) -> None:
    told = picture.talk.setdefault("told", [])
    told += [one for one in what if one not in told]


def _became(
    picture: PairingPicture, fact: dict[str, Any], status: DeliveryStatus, counted: int = 0
) -> None:
    delivery = picture.talk["deliveries"][str(fact["delivery"])]
    delivery |= {"status": status, "counted": counted}


def _taken(delivery: dict[str, Any]) -> int:
    """How much of a promise nobody can deliver again (as in `domain/pairing/commitments.py`)."""
    counts = delivery["counted"] if delivery["status"] in _NOT_COUNTED else delivery["told"]
    return int(counts)


def _deliveries(picture: PairingPicture) -> list[dict[str, Any]]:
    return list(picture.talk.get("deliveries", {}).values())


def _numbered(
    picture: PairingPicture, status: DeliveryStatus
) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, one in sorted(picture.talk.get("deliveries", {}).items()):
        if one["status"] == status:
            yield number, one


def _receivers(picture: PairingPicture, giver: str) -> list[str]:
    """Street or centre receives, whichever did not promise."""
    return [unit for unit in (picture.row["center"], picture.row["street"]) if unit != giver]
