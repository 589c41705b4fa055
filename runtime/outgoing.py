"""Speaking to strangers [SSRF guard]: one address, looked up, judged, then connected to itself.

Follows no redirect, uses no proxy, and reads only so much and so long of an answer.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

ANSWER_SECONDS = 20.0
"""How long looking up, connecting, sending and being answered may take together."""

ANSWER_BYTES_MAX = 65_536
_STEP_SECONDS = 15.0
_RETRY_AFTER_MAX = 3600

_WRAPPING = (
    (ipaddress.ip_network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (ipaddress.ip_network("64:ff9b:1::/48"), 0),  # NAT64 of one's own network (RFC 8215)
    (ipaddress.ip_network("2002::/16"), 80),  # 6to4 (RFC 3056)
    (ipaddress.ip_network("::ffff:0:0/96"), 0),  # mapped (RFC 4291)
    (ipaddress.ip_network("::/96"), 0),  # compatible (RFC 4291)
)
"""Networks whose addresses hold an IPv4 address, and how many bits follow it there."""

_UNICAST = ipaddress.ip_network("2000::/3")
"""The only part of IPv6 that is given out as public addresses (RFC 4291)."""

_SPECIAL = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")
)
"""Parts of the public ranges nobody's server is in (RFC 6890), which Python takes for global."""

_INNER = tuple(
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""This machine and private networks (RFC 1918, RFC 4193); never link-local, where clouds keep
what a machine may know of itself."""


class NotSent(Exception):
    """Nothing is known to have arrived; *detail* is a machine word."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class AddressRefused(Exception):
    """What was given is no address that can be posted to."""


@dataclass(frozen=True)
class Answer:
    """What came back; *retry_after* are the seconds to wait that were asked for, at most 3600."""

    status: int
    body: bytes
    retry_after: int = 0


def is_public(text: str) -> bool:
    """Say whether *text* is an address of the public network, also through what it wraps."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        for network, after in _WRAPPING:
            if address in network:
                return is_public(str(ipaddress.IPv4Address((int(address) >> after) & 0xFFFFFFFF)))
        if address not in _UNICAST:
            return False
    special = any(address in one for one in _SPECIAL)
    return address.is_global and not address.is_multicast and not special


def is_inner(text: str) -> bool:
    """Say whether *text* is an address of this machine or of a private network."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return address == ipaddress.IPv6Address("::1") or any(address in one for one in _INNER)


async def looked_up(host: str, port: int) -> list[str]:
    """Return every address of *host*; raise `OSError` where there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Outgoing:
    """Posts to one address, or reads what lies under it, and speaks to no other host.

    *inner* allows this machine and private networks too. Raises `AddressRefused` for what is no
    http or https address of a host.
    """

    def __init__(
        self, url: str, *, inner: bool = False, verify: ssl.SSLContext | bool = True
    ) -> None:
        try:
            parts, self._url = urlsplit(url), httpx2.URL(url)
            port = parts.port
        except (ValueError, httpx2.InvalidURL):
            raise AddressRefused("expected an address such as https://host/path") from None
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            raise AddressRefused("expected an address such as https://host/path")
        if parts.scheme == "http" and not inner:
            raise AddressRefused("http is spoken on this machine and private networks only")
        self.host, self._inner = parts.hostname, inner
        self._port = port or (443 if parts.scheme == "https" else 80)
        self._client = httpx2.AsyncClient(
            timeout=_STEP_SECONDS, follow_redirects=False, trust_env=False, verify=verify
        )

    async def post(
        self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Answer:
        """Post *body* once and return the answer, whatever its status; raise `NotSent`."""
        url = self._url.copy_merge_params(dict(query)) if query else self._url
        return await self._in_time("POST", url, body, headers, ANSWER_BYTES_MAX)

    async def get(self, path: str, most: int = ANSWER_BYTES_MAX) -> Answer:
        """Read *path* under the address and return the answer, whatever its status.

        Raises `NotSent`, also for more than *most* bytes.
        """
        url = self._url.copy_with(path=f"{self._url.path.rstrip('/')}/{path}")
        return await self._in_time("GET", url, b"", {"accept-encoding": "identity"}, most)

    async def _in_time(
        self, method: str, url: httpx2.URL, body: bytes, headers: Mapping[str, str], most: int
    ) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._sent(method, url, body, headers, most)
        except TimeoutError:
            raise NotSent("http-too-slow") from None
        except httpx2.HTTPError as error:
            raise NotSent(f"http-{type(error).__name__}") from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _sent(
        self, method: str, url: httpx2.URL, body: bytes, headers: Mapping[str, str], most: int
    ) -> Answer:
        asking = self._client.build_request(
            method,
            url.copy_with(host=await self._checked_address()),
            content=body,
            headers={**headers, "host": self._url.netloc.decode("ascii")},
            extensions={"sni_hostname": self.host},
        )
        answer = await self._client.send(asking, stream=True)
        try:
            read = b""
            async for chunk in answer.aiter_raw():
                read += chunk
                if len(read) > most:
                    raise NotSent("http-too-much")
            after = answer.headers.get("retry-after", "")
            wait = min(int(after), _RETRY_AFTER_MAX) if after.isascii() and after.isdigit() else 0
            return Answer(int(answer.status_code), read, wait)
        finally:
            await answer.aclose()

    async def _checked_address(self) -> str:
        """Return an address of the host that may be spoken to; connecting anew would ask anew."""
        try:
            addresses = await looked_up(self.host, self._port)
        except (OSError, UnicodeError):
            raise NotSent("host-unknown") from None
        for one in addresses:
            if not is_public(one) and not (self._inner and is_inner(one)):
                raise NotSent("address-not-public")
        return addresses[0]
