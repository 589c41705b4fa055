"""Sealing a command: what people wrote becomes references before anything is decided.

Which fields are sealed, under whose key and how long they may be is said by the `Seal` marks of
the command models; this file only walks them.
"""

import base64
import binascii
import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from domain.models import models_of, seals_of
from domain.refusals import CommandRefused
from domain.sealed import Seal, sealed_in
from domain.values import STREAM
from vault.vault import Prepared, Sealing, Vault


def opaque_uuid(*parts: str) -> str:
    """Return a UUID (version 8, RFC 9562) that the same *parts* always give."""
    digest = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def person_numbered(vault: Vault, staff_number: str) -> str:
    """Return the stream of the person with this staff number, whether or not there is one.

    It says nothing of the number to whoever lacks the vault's key, and is the same every time.
    """
    token = vault.token("staff-number", staff_number.strip().encode())
    return f"person/{opaque_uuid('person', token)}"


def seal_command(
    stream: str, command_id: str, command: Mapping[str, Any], adapter: TypeAdapter[Any], to: Sealing
) -> tuple[dict[str, Any], Prepared | None]:
    """Return *command* with every written text replaced by its reference, and the sealed texts.

    Sealed in memory: nothing is kept until the vault is given them with the facts. A resident
    without an id is given one that the command id decides, so that a retry names the same. Raises
    `CommandRefused` for texts that are too long or are not texts.
    """
    sealed, texts = _to_seal(stream, command_id, command, adapter)
    if not texts:
        return sealed, None
    prepared = to.seal([(text.holder, text.item, text.plaintext) for text in texts])
    for text, reference in zip(texts, prepared.references, strict=True):
        sealed[text.field] = reference.model_dump(mode="json")
    return sealed, prepared


def sealed_as_recorded(
    stream: str,
    command_id: str,
    command: Mapping[str, Any],
    adapter: TypeAdapter[Any],
    facts: Iterable[Mapping[str, Any]],
) -> dict[str, Any] | None:
    """Return *command* with the references its own *facts* hold, None where one is not there.

    For a command that comes again after its resident was erased: its texts can no longer be
    compared with what was sealed, everything else can. Nothing is opened or sealed.
    """
    recorded = {found.item: found for fact in facts for _, found in sealed_in(fact)}
    sealed, texts = _to_seal(stream, command_id, command, adapter)
    for text in texts:
        reference = recorded.get(text.item)
        if reference is None or reference.holder != text.holder:
            return None
        sealed[text.field] = reference.model_dump(mode="json")
    return sealed


@dataclass(frozen=True)
class _Text:
    """One written text of a command, and where it is to be sealed."""

    field: str
    holder: str
    item: str
    plaintext: bytes = dataclasses.field(repr=False)


def _to_seal(
    stream: str, command_id: str, command: Mapping[str, Any], adapter: TypeAdapter[Any]
) -> tuple[dict[str, Any], list[_Text]]:
    """Return *command* with its residents named, and the texts in it that are to be sealed."""
    model = models_of(adapter).get(str(command.get("kind")))
    if model is None:
        return dict(command), []
    named = dict(command)
    texts: list[_Text] = []
    for name, seal in seals_of(model).items():
        value = named.get(name)
        if isinstance(value, Mapping) and set(value) == {"seal"}:
            value = value["seal"]
        if not isinstance(value, str):
            continue
        plaintext = plaintext_of(name, value, seal)
        if seal.holder != "case" and named.get(seal.holder) is None:
            named[seal.holder] = f"subject/{opaque_uuid('subject', stream, command_id)}"
        holder = stream if seal.holder == "case" else str(named[seal.holder])
        if holder != stream and not (holder.startswith("subject/") and STREAM.fullmatch(holder)):
            raise CommandRefused(
                "command-malformed",
                f"命令格式不符：{seal.holder} 应为 subject/<UUID>，或留空由系统编号。",
                f"The command is not of its form: {seal.holder} is subject/<uuid>, or left out.",
            )
        item = opaque_uuid("item", stream, command_id, name)
        texts.append(_Text(name, holder, item, plaintext))
    return named, texts


def plaintext_of(name: str, value: str, seal: Seal) -> bytes:
    """Return what the field *name* holds, as it is sealed; raises `CommandRefused`."""
    if seal.binary:
        try:
            content = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise CommandRefused(
                "document-in-base64",
                f"字段 {name} 应为文件内容的 base64 编码。",
                f"Field {name} holds the file's content in base64.",
            ) from None
        if not content:
            raise CommandRefused(
                "document-empty",
                f"字段 {name} 的文件是空的（0 字节）；请重新选择文件。",
                f"The file in {name} is empty (0 bytes); choose it again.",
            )
        if len(content) > seal.length_max:
            raise CommandRefused(
                "document-too-large",
                f"字段 {name} 的文件为 {len(content)} 字节，上限 {seal.length_max} 字节。",
                f"The file in {name} has {len(content)} bytes; at most {seal.length_max} fit.",
            )
        return content
    text = value.strip()
    if not text:
        raise CommandRefused(
            "text-empty", f"字段 {name} 不能为空。", f"Field {name} must not be empty."
        )
    if len(text) > seal.length_max:
        raise CommandRefused(
            "text-too-long",
            f"字段 {name} 有 {len(text)} 字，上限 {seal.length_max} 字，请删减。",
            f"Field {name} has {len(text)} characters; shorten it to {seal.length_max}.",
        )
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CommandRefused(
            "text-not-unicode",
            f"字段 {name} 含有无法保存的字符。",
            f"Field {name} holds characters that no UTF-8 file can keep.",
        ) from None
