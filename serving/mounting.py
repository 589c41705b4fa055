"""Rooms of one server by their prefix, whatever characters the rest of an address holds."""

import re

from starlette.routing import Mount
from starlette.types import ASGIApp


def mounted(prefix: str, app: ASGIApp) -> Mount:
    """Return *app* below *prefix*; an address with a line end in it is answered there too.

    Starlette's own pattern for the rest of an address ends at a line end.
    """
    mount = Mount(prefix, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount
