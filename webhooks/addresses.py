"""Whom facts may be sent to at all: hosts the settings name, by https, under a plain name.

What a name leads to is judged when it is connected to (`runtime/outgoing.py`).
"""

import ipaddress
import re
from urllib.parse import urlsplit

from runtime.outgoing import is_inner, is_public

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"^({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?$")
"""A name of the DNS; its last part begins with a letter, so that no odd form of a number is one."""


def why_refused(url: str, hosts: str, *, inner: bool) -> str | None:
    """Return a machine word for why nothing is sent to *url*, None where it may be.

    *hosts* are those the settings allow (`api.example.org,.gov.cn`); *inner* lets an installation
    speak to this machine and private networks, also without TLS.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "address-malformed"
    host = parts.hostname
    if not host or parts.scheme not in {"http", "https"} or port == 0:
        return "address-malformed"
    if parts.username is not None or parts.query or parts.fragment:
        return "address-not-plain"
    if parts.scheme == "http" and not inner:
        return "https-only"
    if not _named(host, inner=inner):
        return "address-not-public"
    return None if _allowed(host, hosts) else "host-not-allowed"


def _named(host: str, *, inner: bool) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_NAME.match(host)) or (inner and host == "localhost")
    return is_public(host) or (inner and is_inner(host))


def _allowed(host: str, hosts: str) -> bool:
    for one in (name.strip().lower() for name in hosts.split(",")):
        if one and (host == one or (one.startswith(".") and host.endswith(one))):
            return True
    return False
