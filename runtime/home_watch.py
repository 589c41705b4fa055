"""Whether the home is still there, can be written to, and has room; told in sentences."""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic

_LOOK_SECONDS = 3.0
_SAY_SECONDS = 60.0
_PROBE = ".writable"
_PROBE_BYTES = 16_384
_IN_A_ROW = 2
"""How often in a row it must be gone or read-only: a remount may take a moment."""


async def home_lost(home: Path, say: Callable[[str], None]) -> str:
    """Return, in a sentence, why nothing can be recorded in *home* any more, once that is so.

    A full disk is no such reason: it is said once a minute, and that there is room again.
    """
    began = await asyncio.to_thread(_place, home)
    lost, full_since, said_at = 0, None, 0.0
    while lost < _IN_A_ROW:
        await asyncio.sleep(_LOOK_SECONDS)
        found = await asyncio.to_thread(_looked_at, home, began)
        if found == errno.ENOSPC:
            full_since = full_since or monotonic()
            if monotonic() - said_at >= _SAY_SECONDS:
                said_at = monotonic()
                say(
                    f"磁盘已满（{home}），暂时不能记录；已受理的不会丢失，腾出空间后自动继续。 "
                    "The disk is full: nothing can be recorded until there is room; what was "
                    "acknowledged is kept."
                )
        elif found == 0 and full_since is not None:
            full_since, said_at = None, 0.0
            say("磁盘有空间了，继续办理。 There is room again; work goes on.")
        lost = lost + 1 if found in _REASONS else 0
    return _REASONS[found].format(home=home)


_REASONS = {
    errno.ENOENT: "数据目录 {home} 已被移走或删除，有序停止；请移回原处后再启动。 "
    "The home {home} was moved or deleted; stopping in order. Put it back, then start again.",
    errno.EROFS: "数据目录 {home} 变为只读，有序停止；请恢复可写后再启动。 "
    "The home {home} became read-only; stopping in order. Make it writable, then start again.",
}


def _place(home: Path) -> tuple[int, int]:
    found = home.stat()
    return found.st_dev, found.st_ino


def _looked_at(home: Path, began: tuple[int, int]) -> int:
    """Return 0 where all is well, else the number of what is wrong: gone, read-only, full."""
    try:
        if _place(home) != began:
            return errno.ENOENT
        probe = home / _PROBE
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, bytes(_PROBE_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            probe.unlink()
    except OSError as problem:
        if problem.errno in {errno.EACCES, errno.EPERM}:
            return errno.EROFS
        if problem.errno == errno.EDQUOT:
            return errno.ENOSPC
        return problem.errno or errno.EIO
    return 0
