"""Notices by mail [SMTP]."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage

from activities.notices import Letter, NotDelivered, NotReachable

_TIMEOUT_SECONDS = 15.0


class SmtpNotifier:
    """Sends every notice to a unit to one mailbox; people have no mail address here."""

    channel = "smtp"
    wants_phone = False
    disturbs = False

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
