"""Sealing a command: what people wrote becomes references before anything leaves this process.

Which fields are sealed, under whose key and how long they may be is said by the `Seal` marks of
the command models; this file only walks them.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, get_args

from pydantic import BaseModel, TypeAdapter

from domain.refusals import CommandRefused
from domain.sealed import Seal, Sealed


class Sealer(Protocol):
    """What sealing needs of the vault."""

    def seal_many(self, texts: Sequence[tuple[str, str, bytes]]) -> list[Sealed]:
        """Seal (holder, item, plaintext) in one go; the same item again gives the same."""
        ...


def opaque_uuid(*parts: str) -> str:
    """Return a UUID (version 8, RFC 9562) that the same *parts* always give."""
    digest = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_MODELS: dict[int, dict[str, type[BaseModel]]] = {}


def models_of(adapter: TypeAdapter[Any]) -> dict[str, type[BaseModel]]:
    """Return the command models behind a discriminated union, by their `kind`."""
    known = _MODELS.get(id(adapter))
    if known is None:
        known = {}
        for model in _models_in(adapter._type):  # noqa: SLF001 - no public way to the type
            known[model.model_fields["kind"].default] = model
        _MODELS[id(adapter)] = known
    return known


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for part in get_args(annotation):
        yield from _models_in(part)


@cache
def seals_of(model: type[BaseModel]) -> dict[str, Seal]:
    """Return the sealed fields of a command model with their marks."""
    found: dict[str, Seal] = {}
    for name, field in model.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, Seal)]
        marks += [mark for mark in _marks_in(field.annotation) if isinstance(mark, Seal)]
        if marks:
            found[name] = marks[0]
    return found


def _marks_in(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _marks_in(part)


def seal_command(
    stream: str, command_id: str, command: Mapping[str, Any], adapter: TypeAdapter[Any], to: Sealer
) -> dict[str, Any]:
    """Return *command* with every written text replaced by its reference.

    A resident without an id is given one that the command id decides, so that a retry names the
    same. Raises `CommandRefused` for texts that are too long or are not texts.
    """
    model = models_of(adapter).get(str(command.get("kind")))
    if model is None:
        return dict(command)
    sealed = dict(command)
    names: list[str] = []
    texts: list[tuple[str, str, bytes]] = []
    for name, seal in seals_of(model).items():
        value = sealed.get(name)
        if isinstance(value, Mapping) and set(value) == {"seal"}:
            value = value["seal"]
        if not isinstance(value, str):
            continue
        plaintext = _plaintext(name, value, seal)
        if seal.holder != "case" and sealed.get(seal.holder) is None:
            sealed[seal.holder] = f"subject/{opaque_uuid('subject', stream, command_id)}"
        holder = stream if seal.holder == "case" else str(sealed[seal.holder])
        names.append(name)
        texts.append((holder, opaque_uuid("item", stream, command_id, name), plaintext))
    if texts:
        for name, reference in zip(names, to.seal_many(texts), strict=True):
            sealed[name] = reference.model_dump(mode="json")
    return sealed


def _plaintext(name: str, value: str, seal: Seal) -> bytes:
    if seal.binary:
        try:
            content = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise CommandRefused(
                "document-in-base64",
                f"字段 {name} 应为文件内容的 base64 编码。",
                f"Field {name} holds the file's content in base64.",
            ) from None
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
