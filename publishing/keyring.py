"""The files of the log's signing key: the one in force, and during a rotation the next one.

Which key is in force is said by the newest fact on the log's own stream, not by a file. A rotation
puts the new key beside the old one (`….next`), records it, signs one checkpoint with both, and
only then lets the new file take the old one's place; interrupted anywhere, it is taken up again by
whoever signs next. The old private key is gone afterwards: what it signed needs only its public
half, which stands in the facts.
"""

import secrets
from pathlib import Path

from transparency import durable
from transparency.keys import ED25519, SigningKey, SigningKeyRefused, load_key, make_key


class Keyring:
    """The signing keys of one log; *origin* None gives the first key a name of its own."""

    def __init__(self, file: Path, origin: str | None) -> None:
        self.file, self.origin = file, origin
        self.next_file = file.with_name(f"{file.name}.next")

    def first(self) -> SigningKey:
        """Return the key of a log that has none on record, made now unless its file is there."""
        if self.file.exists():
            return self._named(load_key(self.file))
        name = self.origin or f"jiedui.invalid/{secrets.token_hex(8)}"
        return self._named(make_key(self.file, name, ED25519))

    def next(self, origin: str) -> SigningKey:
        """Return the key that is to follow, made now unless a rotation had begun."""
        return make_key(self.next_file, origin, ED25519)

    def in_force(self, recorded: str) -> tuple[SigningKey, ...]:
        """Return the keys to sign with, the old one first, where *recorded* is the key on record.

        Raises `SigningKeyRefused` when no file holds the key on record.
        """
        current = load_key(self.file) if self.file.exists() else None
        if current is not None and current.verifier.vkey == recorded:
            return (self._named(current),)
        if self.next_file.exists():
            follows = load_key(self.next_file)
            if follows.verifier.vkey == recorded:
                return (follows,) if current is None else (current, follows)
        found = "没有 none" if current is None else current.verifier.vkey
        raise SigningKeyRefused(
            f"签名密钥与入账的公钥不符：账上 {recorded}，{self.file} 为 {found}。请恢复密钥文件；"
            "确已遗失的，运行 jiedui log key rotate --lost。 The signing key is not the one on "
            f"record: expected {recorded}, found {found}. Restore the file, or if it is lost run "
            "jiedui log key rotate --lost."
        )

    def settle(self, recorded: str) -> None:
        """Let the next key take its place once a checkpoint signed with both is on disk."""
        if self.next_file.exists() and load_key(self.next_file).verifier.vkey == recorded:
            self.next_file.replace(self.file)
            durable.sync_folder(self.file.parent)

    def _named(self, key: SigningKey) -> SigningKey:
        if self.origin is not None and key.verifier.name != self.origin:
            raise SigningKeyRefused(
                f"公开日志名称不可更改：密钥属于 {key.verifier.name}，JIEDUI_LOG_ORIGIN 为 "
                f"{self.origin}。 A log keeps its name: the key is of {key.verifier.name}, "
                f"JIEDUI_LOG_ORIGIN says {self.origin}. Leave it out, or restore it."
            )
        return key
