"""Letters reach people once, with a receipt; failures are tried again and, in the end, recorded."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import io
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.addresses import AddressBook
from activities.notices import Channels, Letter, NotDelivered, NotReachable
from activities.notifiers.choosing import notifier_for
from activities.notifiers.mail import SmtpNotifier
from activities.notifiers.plain import ConsoleNotifier, LogNotifier
from activities.notifiers.webhook import WebhookNotifier
from activities.notifying import Telling
from desk.casework import Asking
from desk.clerking import receipt_stream
from desk.desk import Desk
from runtime import outgoing
from runtime.outgoing import is_public
from runtime.settings import SettingsRefused, load_settings
from runtime.standard_webhooks import signature
from tests.domain.world import CIVIL_AFFAIRS, DISPATCHER
from tests.workflows.office import Postman, new_case, new_id
from workflows.ports import TELL_ATTEMPTS, StepRequest, TellRequest

SECRET = "a secret of at least twenty-four bytes"
UNIT = f"unit/{CIVIL_AFFAIRS}"
PHONE = "13800138000"
LETTER = Letter(
    id=str(uuid.uuid4()),
    stream=f"task/{uuid.uuid4()}",
    to=UNIT,
    template="task_dispatched",
    chinese="请签收。",
    english="Please sign in.",
    phone=PHONE,
)


class Unlucky(Postman):
    """Fails so many times before it delivers."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    async def send(self, letter: Letter) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise NotDelivered("line-busy")
        await super().send(letter)


@pytest.fixture
def told_case(tiny_desk: Desk) -> str:
    """A case with two facts that concern a unit."""
    case = new_case()
    told = {"kind": "tell_unit", "unit": CIVIL_AFFAIRS}
    askings = [Asking(new_id(), DISPATCHER, told) for _ in range(2)]
    tiny_desk.record_now(case, askings)
    return case


def attempt(number: int) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=number, started_time=datetime.now(UTC))
    return environment


def receipts(desk: Desk, case: str) -> list[list[str]]:
    keys = [f"{version}/{UNIT}" for version in (1, 2)]
    return [[entry.kind for entry in desk.ledger.read(receipt_stream(case, key))] for key in keys]


async def test_each_fact_is_told_once_however_often_it_is_asked_for(
    tiny_desk: Desk, told_case: str
) -> None:
    postman = Postman()
    telling = Telling(tiny_desk, AddressBook(tiny_desk), Channels(postman))
    request = TellRequest(stream=told_case, after=0, until=2)
    first = await attempt(1).run(telling.tell, request)
    again = await attempt(1).run(telling.tell, request)
    assert (first.delivered, first.earlier) == (2, 0)
    assert (again.delivered, again.earlier) == (0, 2)
    assert len(postman.letters) == 2
    assert receipts(tiny_desk, told_case) == [["notice_delivered.v1"]] * 2


async def test_only_those_who_could_not_be_told_are_told_again(
    tiny_desk: Desk, told_case: str
) -> None:
    unlucky = Unlucky(failures=1)
    telling = Telling(tiny_desk, AddressBook(tiny_desk), Channels(unlucky))
    request = TellRequest(stream=told_case, after=0, until=2)
    with pytest.raises(ApplicationError) as failed:
        await attempt(1).run(telling.tell, request)
    assert not failed.value.non_retryable
    told = await attempt(2).run(telling.tell, request)
    assert (told.delivered, told.earlier) == (1, 1)
    assert len(unlucky.letters) == 2


async def test_the_last_attempt_records_the_failure_and_returns(
    tiny_desk: Desk, told_case: str
) -> None:
    telling = Telling(tiny_desk, AddressBook(tiny_desk), Channels(Unlucky(failures=99)))
    request = TellRequest(stream=told_case, after=0, until=2)
    told = await attempt(TELL_ATTEMPTS).run(telling.tell, request)
    assert (told.delivered, told.failed) == (0, 2)
    assert receipts(tiny_desk, told_case) == [["notice_failed.v1"]] * 2
    (entry,) = tiny_desk.ledger.read(receipt_stream(told_case, f"1/{UNIT}"))
    assert entry.fact["detail"] == "line-busy"


async def test_a_recipient_without_a_way_to_them_is_passed_over_at_once(tiny_desk: Desk) -> None:
    case, resident = new_case(), f"subject/{uuid.uuid4()}"
    hold_a_talk(tiny_desk, case, {"name": "asked", "to": [resident]})
    smtp = SmtpNotifier("127.0.0.1", 1, sender="a@b", mailbox="c@d", starttls=False)
    telling = Telling(tiny_desk, AddressBook(tiny_desk), Channels(smtp))
    standing = await attempt(1).run(telling.take_step, step(case, "asked"))
    assert (standing.wanted, standing.next_step) == (True, None)
    (entry,) = tiny_desk.ledger.read(receipt_stream(case, f"feedback_round/1/asked/{resident}"))
    assert (entry.fact["outcome"], entry.fact["detail"]) == ("SKIPPED", "no-mail-address")


def hold_a_talk(desk: Desk, case: str, *steps: dict[str, Any]) -> None:
    command = {
        "kind": "hold_talk",
        "name": "feedback_round",
        "key": "feedback_round/1",
        "steps": list(steps),
    }
    desk.record_now(case, [Asking(new_id(), DISPATCHER, command)])


def step(case: str, name: str) -> StepRequest:
    return StepRequest(stream=case, key="feedback_round/1", step=name)


@pytest.mark.parametrize("asked_for", ["reminded", "listed", "never heard of"])
async def test_a_step_the_case_does_not_ask_for_now_tells_nobody_and_records_nothing(
    tiny_desk: Desk, asked_for: str
) -> None:
    """Neither one whose instant has not come, nor one out of turn, nor one that was made up."""
    case = new_case()
    reminding = {"name": "reminded", "seconds": 3600, "to": [UNIT], "records": "reminded"}
    listing = {"name": "listed", "seconds": 7200, "records": "listed"}
    hold_a_talk(tiny_desk, case, reminding, listing)
    postman = Postman()
    telling = Telling(tiny_desk, AddressBook(tiny_desk), Channels(postman))
    standing = await attempt(1).run(telling.take_step, step(case, asked_for))
    assert standing.next_step is not None
    assert standing.next_step.name == "reminded"
    assert postman.letters == []
    assert tiny_desk.ledger.version(case) == 1


async def test_the_log_notifier_never_logs_a_text_or_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await LogNotifier().send(LETTER)
    printed = capsys.readouterr()
    said = printed.out + printed.err + repr(LETTER)
    assert LETTER.id in said
    assert PHONE not in said
    assert LETTER.chinese not in said


async def test_the_console_notifier_prints_one_line_in_the_chosen_language() -> None:
    paper = io.StringIO()
    await ConsoleNotifier(paper, "zh").send(LETTER)
    await ConsoleNotifier(paper, "en").send(LETTER)
    assert paper.getvalue().splitlines() == [f"→ {UNIT}: 请签收。", f"→ {UNIT}: Please sign in."]


# A mail server and a web server of our own, on loopback.


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class MailServer:
    """Understands just enough SMTP to take one mail at a time."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            match line.split()[0].upper():
                case b"DATA":
                    writer.write(b"354 go on\r\n")
                    mail = await reader.readuntil(b"\r\n.\r\n")
                    self.mails.append(mail.decode())
                    writer.write(b"250 taken\r\n")
                case b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                case _:
                    writer.write(b"250 ok\r\n")
        writer.close()


class WebServer:
    """Answers every post with *status* and keeps what it was sent."""

    def __init__(self, status: int = 204, location: str = "") -> None:
        self.status, self.location = status, location
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = (line.partition(": ") for line in head.splitlines()[1:] if line)
        headers = {name.lower(): value for name, _, value in lines}
        self.headers.append(headers)
        self.bodies.append(await reader.readexactly(int(headers["content-length"])))
        location = f"Location: {self.location}\r\n" if self.location else ""
        writer.write(f"HTTP/1.1 {self.status} x\r\n{location}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


async def test_mail_goes_to_the_mailbox_with_the_letters_id() -> None:
    mailbox = MailServer()
    async with listening(mailbox.serve) as port:
        smtp = SmtpNotifier(
            "127.0.0.1",
            port,
            sender="jiedui@example.org",
            mailbox="all@example.org",
            starttls=False,
        )
        await smtp.send(LETTER)
    (mail,) = mailbox.mails
    assert f"Message-ID: <{LETTER.id}@jiedui.invalid>" in mail
    assert PHONE not in mail


async def test_mail_is_not_sent_in_clear_when_encryption_is_wanted() -> None:
    mailbox = MailServer()
    async with listening(mailbox.serve) as port:
        smtp = SmtpNotifier("127.0.0.1", port, sender="a@b", mailbox="c@d")
        with pytest.raises(NotDelivered):
            await smtp.send(LETTER)
    assert mailbox.mails == []


async def test_a_webhook_is_signed_so_that_its_receiver_can_check_it() -> None:
    web = WebServer()
    async with listening(web.serve) as port:
        webhook = WebhookNotifier(f"http://127.0.0.1:{port}/hook", SECRET, inner=True)
        await webhook.send(LETTER)
        await webhook.close()
    (headers,), (body,) = web.headers, web.bodies
    moment = headers["webhook-timestamp"]
    signed = f"{LETTER.id}.{moment}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, hashlib.sha256)).decode()
    assert headers["webhook-id"] == LETTER.id
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["host"] == f"127.0.0.1:{port}"
    assert json.loads(body)["phone"] == PHONE


def test_the_signature_is_that_of_the_published_scheme() -> None:
    """The vector of the Standard Webhooks specification."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [301, 307, 400, 500])
async def test_a_webhook_that_does_not_say_yes_has_failed(status: int) -> None:
    """Redirects are not followed: they would carry the letter to somebody nobody chose."""
    web = WebServer(status)
    async with listening(web.serve) as port:
        web.location = f"http://127.0.0.1:{port}/elsewhere"
        webhook = WebhookNotifier(f"http://127.0.0.1:{port}/hook", SECRET, inner=True)
        with pytest.raises(NotDelivered, match=f"http-{status}"):
            await webhook.send(LETTER)
        await webhook.close()
    assert len(web.bodies) == 1


async def test_a_webhook_that_is_gone_is_not_tried_again() -> None:
    web = WebServer(410)
    async with listening(web.serve) as port:
        webhook = WebhookNotifier(f"http://127.0.0.1:{port}/hook", SECRET, inner=True)
        with pytest.raises(NotReachable):
            await webhook.send(LETTER)
        await webhook.close()


async def test_a_webhook_that_talks_on_and_on_has_failed() -> None:
    """Its answer is not kept in memory, and is not waited for."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
                await writer.drain()

    async with listening(endless) as port:
        webhook = WebhookNotifier(f"http://127.0.0.1:{port}/hook", SECRET, inner=True)
        with pytest.raises(NotDelivered, match="http-too-much"):
            await webhook.send(LETTER)
        await webhook.close()


async def test_a_webhook_that_drips_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time; all of them together do not."""
    monkeypatch.setattr(outgoing, "ANSWER_SECONDS", 0.3)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

    async with listening(dripping) as port:
        webhook = WebhookNotifier(f"http://127.0.0.1:{port}/hook", SECRET, inner=True)
        with pytest.raises(NotDelivered, match="http-too-slow"):
            await webhook.send(LETTER)
        await webhook.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a01:203", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a01:203", False),
        ("2002:0a01:0203::1", False),
        ("2002:7f00:1::", False),
        ("2002:0808:0808::1", True),
        ("::127.0.0.1", False),
        ("::10.1.2.3", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1%1", False),
        ("fd00::1", False),
        ("224.0.0.1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_an_address_that_wraps_an_inner_one_is_inner(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "[::1]"])
async def test_a_webhook_never_speaks_to_this_machine_or_a_private_network(host: str) -> None:
    webhook = WebhookNotifier(f"https://{host}/hook", SECRET)
    with pytest.raises(NotDelivered, match="address-not-public"):
        await webhook.send(LETTER)
    await webhook.close()


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"notifier": "smtp"}, "JIEDUI_SMTP_TO"),
        ({"notifier": "webhook"}, "JIEDUI_WEBHOOK_URL"),
        (
            {"notifier": "webhook", "webhook_url": "http://example.org", "webhook_secret": SECRET},
            "JIEDUI_WEBHOOK_URL",
        ),
        (
            {"notifier": "webhook", "webhook_url": "https://example.org", "webhook_secret": "x"},
            "JIEDUI_WEBHOOK_SECRET",
        ),
    ],
)
def test_settings_that_lack_something_are_refused_by_name(
    tmp_path: Path, given: dict[str, Any], variable: str
) -> None:
    with pytest.raises(SettingsRefused, match=variable):
        notifier_for(load_settings(home=tmp_path, **given))
