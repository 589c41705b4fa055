"""Replacing the key that signs the log: a fact, one checkpoint signed by both, then the new alone.

Interrupted at any point it is taken up again, here or by the publisher that signs next.
"""

import asyncio

from domain.envelope import By
from publishing.publisher import Published, Publisher
from publishing.signer import key_on_record
from transparency.keys import SigningKeyRefused, VerifierKey


class NothingToRotate(Exception):
    """The log has no key yet, or the key said to be lost is there; the message says which."""


async def rotate(
    publisher: Publisher, reason: str, by: By, *, lost: bool = False
) -> tuple[VerifierKey, Published]:
    """Replace the signing key, for *reason*; return the new key and the round that used it.

    *by* is who has it replaced. With *lost* the old key's file is gone and cannot sign once more;
    witnesses and auditors then have only the fact's word for the new key. Raises `NothingToRotate`,
    `SigningKeyRefused` and what `Publisher.publish` raises.
    """
    key = await asyncio.to_thread(_recorded, publisher, reason, by, lost)
    return key, await publisher.publish()


def _recorded(publisher: Publisher, reason: str, by: By, lost: bool) -> VerifierKey:
    keyring = publisher.keyring
    before = key_on_record(publisher.noting.standing())
    if before is None:
        raise NothingToRotate(
            "公开日志尚无签名密钥，请先运行 jiedui log publish。 "
            "The log has no key yet; run jiedui log publish first."
        )
    try:
        in_force = keyring.in_force(before.vkey)
    except SigningKeyRefused:
        if not lost:
            raise
        in_force = ()
    if in_force and lost:
        raise NothingToRotate(
            f"密钥没有遗失：{keyring.file} 与账上相符；请不带 --lost 运行。 The key is not lost: "
            f"{keyring.file} is the one on record; run it without --lost."
        )
    if len(in_force) == 2:
        return in_force[-1].verifier  # a rotation had begun; the next signature ends it
    if lost and keyring.file.exists():
        raise NothingToRotate(
            f"{keyring.file} 是另一密钥，请先移走。 {keyring.file} holds another key; move it away."
        )
    follows = keyring.next(before.name).verifier
    publisher.noting.key_rotated(before.name, follows.vkey, reason, by)
    return follows
