"""Texts that fit a channel: cut after a whole sentence, with the link where the rest is read."""

import re

_SENTENCE = re.compile(r"[^。！？；.!?;]*[。！？；.!?;]+\s*|[^。！？；.!?;]+$")
_MORE = "…"


def fitted(text: str, link: str | None, bytes_max: int | None) -> str:
    """Return *text* in at most *bytes_max* bytes of UTF-8 (None: as it is).

    What does not fit is cut after the last whole sentence that does, else within the first after a
    whole character; the link, where there is one, takes the place of what was cut.
    """
    if bytes_max is None or len(text.encode()) <= bytes_max:
        return text
    tail = _MORE + (link or "")
    room = bytes_max - len(tail.encode())
    if room <= 0:
        return _cut(link or text, bytes_max)
    kept = ""
    for sentence in _SENTENCE.findall(text):
        if len((kept + sentence).encode()) > room:
            break
        kept += sentence
    return (kept.rstrip() or _cut(text, room)) + tail


def _cut(text: str, bytes_max: int) -> str:
    return text.encode()[:bytes_max].decode(errors="ignore")
