"""Documents in a command: what is recorded is the file as it was cleaned, under its own kind.

Here and nowhere else, because every door passes the gateway: whoever hands a file in, and whatever
they say it is, the fact names the kind its content is, and what is sealed is what was cleaned.
"""

import base64
from collections.abc import Mapping
from typing import Any

from desk.orders import NotNow
from desk.sealing import plaintext_of
from domain.cases import CaseKind
from domain.models import models_of, seals_of
from evidence.preparing import prepared


def with_documents_prepared(kind: CaseKind, command: Mapping[str, Any]) -> dict[str, Any]:
    """Return *command* with its documents as they will be kept, and their own kinds.

    A document's kind stands beside it in `media_type`, and may be left out. The same command gives
    the same again. Raises `CommandRefused` for a file that is not taken, `NotNow` where
    no process can be had to read it.
    """
    made = dict(command)
    model = models_of(kind.commands).get(str(command.get("kind")))
    if model is None or "media_type" not in model.model_fields:
        return made
    for name, seal in seals_of(model).items():
        value = made.get(name)
        if not seal.binary or not isinstance(value, str):
            continue
        content = plaintext_of(name, value, seal)
        try:
            kept = prepared(content, str(made.get("media_type") or ""))
        except OSError as problem:
            raise NotNow(f"文件查验 reading files: {problem.strerror}") from None
        made["media_type"] = kept.media_type
        made[name] = base64.b64encode(kept.content).decode("ascii")
    return made
