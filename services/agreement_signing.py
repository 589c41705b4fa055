"""Signing a pairing's agreement at a page: what is signed, by whom, and proof that it was that."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.identifiers import new_uuid7
from desk.orders import Receipt
from domain.pairing.signing import Signature, agreement_digest, read_signature
from domain.pairing.state import Drafted
from domain.refusals import CommandRefused
from domain.rules import Rules
from services.acting import given, order_of
from services.pairing_filling import mandatory_terms
from services.seeing import Seer


@dataclass(frozen=True)
class Signed:
    """A signature on record: *matches* says whether it is of the content as it stood then.

    None where the signature was made outside and does not name the content it is of.
    """

    unit: str
    person: str | None
    at: datetime
    position: int
    signature: Signature | None
    matches: bool | None


@dataclass(frozen=True)
class Signing:
    """What somebody sends to sign: terms confirmed, the digest that was shown, a scanned page."""

    terms: Sequence[str]
    digest: str
    on_paper: bool
    scan: bytes
    command_id: str


def digest_shown(state: Drafted, rules: Rules) -> str:
    """Return the digest of the agreement as whoever signs now would sign it."""
    return agreement_digest(state.agreement, mandatory_terms(state, rules))


def sign(seer: Seer, stream: str, state: Drafted, signing: Signing) -> Receipt:
    """Have the agreement signed for the unit of whoever looks.

    Raises `CommandRefused`, also where the agreement is not the one that was shown.
    """
    digest = digest_shown(state, seer.rules)
    if signing.digest != digest:
        raise CommandRefused(
            "agreement-changed",
            "协议内容在您打开页面之后有变动，请核对现在的内容再签署。",
            "The agreement has changed since it was shown to you; read it as it is now and sign.",
        )
    scan = None
    if signing.on_paper:
        if not signing.scan:
            raise CommandRefused(
                "scan-missing",
                "选择了附签章页，请附上扫描件或照片。",
                "A signed page was to be attached; attach its scan or photograph.",
            )
        scan = hashlib.sha256(signing.scan).hexdigest()
    command = {
        "kind": "sign_agreement",
        "terms": [one for one in mandatory_terms(state, seer.rules) if one in signing.terms],
        "signature": Signature(digest, scan).text(),
    }
    command_id = signing.command_id or f"{seer.channel.value}/{new_uuid7()}"
    return given(seer, order_of(seer, stream, command, command_id))


def signatures_of(seer: Seer, stream: str) -> list[Signed]:
    """Return the signatures of the newest round, each held against the content as it stood then."""
    desk = seer.house.books.desk
    found: list[Signed] = []
    _, _, facts = desk.follow(stream, 0)
    entries = {one.version: one for one in seer.house.books.ledger.read(stream)}
    for told, state in facts:
        fact = told.fact
        if fact.kind == "pairing_proposed.v1":
            found = []
        if fact.kind != "agreement_signed.v1":
            continue
        assert isinstance(state, Drafted), "what is signed was drafted"
        signature = read_signature(fact.signature)
        digest = agreement_digest(state.agreement, fact.terms)
        found.append(
            Signed(
                unit=fact.unit,
                person=told.by.person,
                at=told.at,
                position=entries[told.version].position,
                signature=signature,
                matches=None if signature is None else signature.agreement == digest,
            )
        )
    return found
