"""Recordings that are a row of frames: kept from the first to the last, nothing around them."""

from evidence.unfit import Reason, Unfit

_TAIL_MAX = 64 * 1024
"""Tags stand behind the last frame; more than that is something else."""

_FRAMES_MIN = 3
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_AMR = (
    (b"#!AMR\n", (12, 13, 15, 17, 19, 20, 26, 31, 5)),
    (b"#!AMR-WB\n", (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)),
)
_NO_DATA = 15


def mpeg(content: bytes) -> bytes:
    """Return the frames of an MP3 recording without its tags; raises `Unfit`."""
    start = 0
    while content[start : start + 3] == b"ID3" and len(content) >= start + 10:
        size = 0
        for sign in content[start + 6 : start + 10]:
            size = size << 7 | sign & 0x7F
        start += 10 + size + (10 if content[start + 5] & 0x10 else 0)
    while start < len(content) and content[start] == 0:  # padding before the first frame
        start += 1
    at, frames = start, 0
    while length := _mpeg_frame(content, at):
        at, frames = at + length, frames + 1
    if frames < _FRAMES_MIN:
        raise Unfit(Reason.BROKEN if start else Reason.UNKNOWN)
    if len(content) - at > _TAIL_MAX:
        raise Unfit(Reason.BROKEN)
    return content[start:at]


def _mpeg_frame(content: bytes, at: int) -> int:
    """Return how long the layer III frame at this place is, 0 where none whole is (11172-3)."""
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, bits = head[1] >> 3 & 3, head[2] >> 2 & 3, head[2] >> 4
    if version == 1 or rate == 3 or not 0 < bits < 15:
        return 0
    per_second = (_BITS_1 if version == 3 else _BITS_2)[bits] * 1000
    samples = 144 if version == 3 else 72
    length = samples * per_second // _RATES[version][rate] + (head[2] >> 1 & 1)
    return length if at + length <= len(content) else 0


def amr(content: bytes) -> bytes:
    """Return the frames of an AMR recording, whole to its end; raises `Unfit`."""
    for magic, lengths in _AMR:
        if not content.startswith(magic):
            continue
        at, frames = len(magic), 0
        while at < len(content):
            mode = content[at] >> 3 & 15
            if mode >= len(lengths) and mode != _NO_DATA:
                raise Unfit(Reason.BROKEN)
            at += 1 + (0 if mode == _NO_DATA else lengths[mode])
            frames += 1
        if frames and at == len(content):
            return content
        raise Unfit(Reason.BROKEN)
    raise Unfit(Reason.UNKNOWN)
