"""The notifiers that come with the engine: log, console, mail, and a signed webhook.

Any SMS or chat gateway can be put behind the webhook; it is the only one that is given telephone
numbers.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import smtplib
import socket
import ssl
import sys
import time
from email.message import EmailMessage
from typing import TextIO
from urllib.parse import urlsplit

import httpx2
import structlog

from activities.notices import Letter, NotDelivered, Notifier, NotReachable
from runtime.settings import Settings, SettingsRefused

log = structlog.get_logger(__name__)

_ANSWER_SECONDS = 20.0
_ANSWER_BYTES_MAX = 65_536
_TIMEOUT_SECONDS = 15.0


class LogNotifier:
    """Notes in the log that somebody would have been told; never the text."""

    channel = "log"
    wants_phone = False

    async def send(self, letter: Letter) -> None:
        """Log the letter's references."""
        log.info("notice", notice=letter.id, to=letter.to, template=letter.template)

    async def close(self) -> None:
        """Nothing is open."""


class ConsoleNotifier:
    """Prints the texts, for a demonstration on one machine."""

    channel = "console"
    wants_phone = False

    def __init__(self, paper: TextIO | None = None, language: str = "zh") -> None:
        self.paper, self.language = paper or sys.stdout, language

    async def send(self, letter: Letter) -> None:
        """Write one line."""
        text = letter.chinese if self.language == "zh" else letter.english
        self.paper.write(f"→ {letter.to}: {text}\n")
        self.paper.flush()

    async def close(self) -> None:
        """The paper belongs to somebody else."""


class SmtpNotifier:
    """Sends every notice to a unit to one mailbox; people have no mail address here."""

    channel = "smtp"
    wants_phone = False

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        mailbox: str,
        starttls: bool = True,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self.host, self.port = host, port
        self.sender, self.mailbox = sender, mailbox
        self.starttls, self.username, self.password = starttls, username, password

    async def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server; its id is the Message-ID."""
        if not letter.to.startswith("unit/"):
            raise NotReachable("no-mail-address")
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, self.mailbox
        mail["Subject"] = f"[结对] {letter.to.removeprefix('unit/')} {letter.template}"
        mail["Message-ID"] = f"<{letter.id}@jiedui.invalid>"
        mail.set_content(f"{letter.chinese}\n\n{letter.english}\n\n{letter.stream}\n")
        try:
            await asyncio.to_thread(self._hand_over, mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"smtp-{type(error).__name__}") from None

    async def close(self) -> None:
        """Each letter has its own connection."""

    def _hand_over(self, mail: EmailMessage) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.username is not None:
                server.login(self.username, self.password or "")
            server.send_message(mail)


class WebhookNotifier:
    """Posts each notice as JSON, signed after the Standard Webhooks scheme (v1, HMAC-SHA256).

    Follows no redirect, uses no proxy, and connects only to the address it has checked: a public
    one, unless *loopback* allows this machine and private networks.
    """

    channel = "webhook"
    wants_phone = True

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        loopback: bool = False,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        parts = urlsplit(url)
        if parts.hostname is None or parts.scheme not in {"http", "https"}:
            raise SettingsRefused(
                "JIEDUI_WEBHOOK_URL: expected an address such as https://host/path"
            )
        if parts.scheme == "http" and not loopback:
            raise SettingsRefused(
                "JIEDUI_WEBHOOK_URL: notices hold telephone numbers and go over https only; "
                "JIEDUI_WEBHOOK_LOOPBACK=true allows http on this machine"
            )
        self.host, self.loopback = parts.hostname, loopback
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.url = httpx2.URL(url)
        self.key = _key(secret)
        self.client = httpx2.AsyncClient(
            timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False, verify=verify
        )

    async def send(self, letter: Letter) -> None:
        """Post the letter; any answer but 2xx is a failure, 410 says never again."""
        body = json.dumps(
            {
                "id": letter.id,
                "case": letter.stream,
                "to": letter.to,
                "template": letter.template,
                "text": {"zh": letter.chinese, "en": letter.english},
                "phone": letter.phone,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        moment = str(int(time.time()))
        address = await self._checked_address()
        asking = self.client.build_request(
            "POST",
            self.url.copy_with(host=address),
            content=body,
            headers={
                "host": self.url.netloc.decode("ascii"),
                "content-type": "application/json",
                "webhook-id": letter.id,
                "webhook-timestamp": moment,
                "webhook-signature": signature(self.key, letter.id, moment, body),
            },
            extensions={"sni_hostname": self.host},
        )
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                status = await self._answer(asking)
        except TimeoutError:
            raise NotDelivered("http-too-slow") from None
        except httpx2.HTTPError as error:
            raise NotDelivered(f"http-{type(error).__name__}") from None
        if status == 410:
            raise NotReachable("http-410")
        if not 200 <= status < 300:
            raise NotDelivered(f"http-{status}")

    async def _answer(self, asking: httpx2.Request) -> int:
        """Return the status; what else is said is read so far and thrown away."""
        answer = await self.client.send(asking, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > _ANSWER_BYTES_MAX:
                    raise NotDelivered("http-too-much")
            return int(answer.status_code)
        finally:
            await answer.aclose()

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def _checked_address(self) -> str:
        """Return an address of the host that may be spoken to; connecting anew would ask anew."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM
            )
        except OSError:
            raise NotDelivered("host-unknown") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not self.loopback and not all(is_public(address) for address in addresses):
            raise NotDelivered("address-not-public")
        return addresses[0]


_WRAPPING = (
    (ipaddress.ip_network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (ipaddress.ip_network("64:ff9b:1::/48"), 0),  # NAT64 of one's own network (RFC 8215)
    (ipaddress.ip_network("2002::/16"), 80),  # 6to4 (RFC 3056)
    (ipaddress.ip_network("::ffff:0:0/96"), 0),  # mapped (RFC 4291)
    (ipaddress.ip_network("::/96"), 0),  # compatible (RFC 4291)
)
"""Networks whose addresses hold an IPv4 address, and how many bits follow it there."""


def is_public(text: str) -> bool:
    """Say whether *text* is an address of the public network, also through what it wraps."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        for network, after in _WRAPPING:
            if address in network:
                return ipaddress.IPv4Address((int(address) >> after) & 0xFFFFFFFF).is_global
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def signature(key: bytes, identity: str, moment: str, body: bytes) -> str:
    """Return `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`."""
    signed = b".".join((identity.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    """Return the signing key: `whsec_` and base64, or any text of at least 24 bytes."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise SettingsRefused("JIEDUI_WEBHOOK_SECRET: expected base64 after whsec_") from None
    if len(secret.encode()) < 24:
        raise SettingsRefused("JIEDUI_WEBHOOK_SECRET: expected at least 24 bytes")
    return secret.encode()


def notifier_for(settings: Settings) -> Notifier:
    """Return the notifier the settings ask for; raise `SettingsRefused` for what is missing."""
    match settings.notifier:
        case "log":
            return LogNotifier()
        case "console":
            return ConsoleNotifier(language=settings.language)
        case "smtp":
            if settings.smtp_to is None:
                raise SettingsRefused("JIEDUI_SMTP_TO: the smtp notifier needs a mailbox")
            password = settings.smtp_password
            return SmtpNotifier(
                settings.smtp_host,
                settings.smtp_port,
                sender=settings.smtp_from,
                mailbox=settings.smtp_to,
                starttls=settings.smtp_starttls,
                username=settings.smtp_username,
                password=None if password is None else password.get_secret_value(),
            )
        case "webhook":
            if settings.webhook_url is None or settings.webhook_secret is None:
                raise SettingsRefused(
                    "JIEDUI_WEBHOOK_URL, JIEDUI_WEBHOOK_SECRET: the webhook notifier needs both"
                )
            return WebhookNotifier(
                settings.webhook_url,
                settings.webhook_secret.get_secret_value(),
                loopback=settings.webhook_loopback,
            )
