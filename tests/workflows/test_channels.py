"""Group chats, quiet hours, lengths, and who is told by which channel."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.addresses import AddressBook
from activities.notices import Channels, Letter, NotDelivered, NotReachable
from activities.notifiers.chats import DINGTALK, FEISHU, WECOM, Bot, ChatNotifier
from activities.notifiers.choosing import channels_for
from activities.notifiers.fitting import fitted
from activities.notifying import Telling
from activities.quiet_hours import QuietHours, quiet_hours_of
from desk.casework import Asking
from desk.desk import Desk
from domain.task.case import TASK
from runtime.settings import SettingsRefused, load_settings
from tests.domain.task.stories import registered
from tests.domain.world import CIVIL_AFFAIRS, DISPATCHER, HEALTH
from tests.workflows.office import Postman, new_case, new_id
from tests.workflows.test_notifying import listening
from workflows.ports import TELL_ATTEMPTS, TellRequest

TOKEN = "a1b2c3d4-bot"
SECRET = "SEC0123456789abcdef"
PERSONAL = ("欧阳慕枫", "19900004321", "石牌东路九十七号之二", "楼道没有扶手")
LETTER = Letter(
    id=str(uuid.uuid4()),
    stream=f"task/{uuid.uuid4()}",
    to=f"unit/{CIVIL_AFFAIRS}",
    template="task_dispatched",
    chinese="请签收：" + "，".join(PERSONAL) + "。",
    english="Please sign in: " + ", ".join(PERSONAL),
    phone=PERSONAL[1],
    number="DQ440106202605110001X",
    link="https://jiedui.example.org/tasks/DQ440106202605110001X",
)


@dataclass
class Chat:
    """A chat's server on loopback: refuses what the real one would, each in its own words."""

    bot: Bot
    secret: str | None = SECRET
    answer: dict[str, Any] | None = None
    said: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def serve(self, reader: Any, writer: Any) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.partition(":")[2])
            for line in head.lower().splitlines()
            if line.startswith("content-length")
        )
        body = await reader.readexactly(length)
        self.requests.append(head + body.decode())
        told = json.dumps(self.answer or self._judged(head.split()[1], json.loads(body))).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told)
        await writer.drain()
        writer.close()

    def _judged(self, target: str, body: dict[str, Any]) -> dict[str, Any]:
        parts = urlsplit(target)
        query = {name: one[0] for name, one in parse_qs(parts.query).items()}
        if self.bot is WECOM:
            return self._wecom(parts.path, query, body)
        if self.bot is DINGTALK:
            return self._dingtalk(parts.path, query, body)
        return self._feishu(parts.path, body)

    def _wecom(self, path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if path != "/cgi-bin/webhook/send" or query != {"key": TOKEN}:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        if set(body) != {"msgtype", "text"} or len(body["text"]["content"].encode()) > 2048:
            return {"errcode": 40058, "errmsg": "content exceed max length"}
        self.said.append(body["text"]["content"])
        return {"errcode": 0, "errmsg": "ok"}

    def _dingtalk(self, path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if path != "/robot/send" or query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        moment = query.get("timestamp", "0")
        digest = hmac.new(
            (self.secret or "").encode(), f"{moment}\n{self.secret}".encode(), hashlib.sha256
        ).digest()
        fresh = abs(time.time() * 1000 - int(moment)) < 3_600_000
        if not fresh or query.get("sign") != base64.b64encode(digest).decode():
            return {"errcode": 310000, "errmsg": "sign not match"}
        assert body["msgtype"] == "text"
        self.said.append(body["text"]["content"])
        return {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path != f"/open-apis/bot/v2/hook/{TOKEN}":
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        moment = body.get("timestamp", "0")
        key = f"{moment}\n{self.secret}".encode()
        sign = base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
        if abs(time.time() - int(moment)) > 3600 or body.get("sign") != sign:
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        assert body["msg_type"] == "text"
        self.said.append(body["content"]["text"])
        return {"code": 0, "msg": "success", "data": {}}


@asynccontextmanager
async def group(
    chat: Chat, secret: str | None = SECRET, **more: Any
) -> AsyncIterator[ChatNotifier]:
    async with listening(chat.serve) as port:
        base = f"http://127.0.0.1:{port}/"
        bot = ChatNotifier(
            chat.bot, more.pop("token", TOKEN), secret=secret, base=base, inner=True, **more
        )
        yield bot
        await bot.close()


BOTS = pytest.mark.parametrize("bot", [WECOM, DINGTALK, FEISHU], ids=lambda bot: bot.channel)


@BOTS
async def test_a_group_is_told_number_and_link_and_nothing_of_anybody(bot: Bot) -> None:
    chat = Chat(bot)
    async with group(chat) as notifier:
        await notifier.send(LETTER)
    assert chat.said == [f"【结对】{LETTER.number} 有新进展，请登录查看。\n{LETTER.link}"]
    (request,) = chat.requests
    for value in (*PERSONAL, *(json.dumps(one)[1:-1] for one in PERSONAL)):
        assert value not in request


@BOTS
async def test_what_is_urgent_says_so(bot: Bot) -> None:
    chat = Chat(bot)
    async with group(chat) as notifier:
        await notifier.send(replace(LETTER, urgent=True, link=None))
    assert chat.said == [f"【结对】【紧急】{LETTER.number} 有新进展，请登录查看。"]


@BOTS
async def test_a_bot_that_is_gone_is_not_tried_again(bot: Bot) -> None:
    chat = Chat(bot)
    async with group(chat, token="another-bot") as notifier:
        with pytest.raises(NotReachable, match=bot.channel):
            await notifier.send(LETTER)
    assert chat.said == []


@pytest.mark.parametrize("bot", [DINGTALK, FEISHU], ids=lambda bot: bot.channel)
async def test_a_signature_by_another_secret_is_not_tried_again(bot: Bot) -> None:
    chat = Chat(bot)
    async with group(chat, secret="SECanother") as notifier:
        with pytest.raises(NotReachable, match=bot.channel):
            await notifier.send(LETTER)
    assert chat.said == []


@pytest.mark.parametrize(
    ("bot", "answer"),
    [
        (WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}),
        (WECOM, {"errcode": -1, "errmsg": "system busy"}),
        (DINGTALK, {"errcode": 130101, "errmsg": "send too fast"}),
        (DINGTALK, {"errcode": 410100, "errmsg": "send too fast"}),
        (FEISHU, {"code": 11232, "msg": "frequency limited"}),
        (FEISHU, {"code": 9499, "msg": "too many request"}),
        (FEISHU, {"msg": "what is this"}),
        (WECOM, ["no", "object"]),
        (WECOM, {"errcode": "0"}),
    ],
)
async def test_a_limit_or_an_odd_answer_is_tried_again_later(bot: Bot, answer: Any) -> None:
    async with group(Chat(bot, answer=answer)) as notifier:
        with pytest.raises(NotDelivered, match=bot.channel):
            await notifier.send(LETTER)


@BOTS
async def test_a_chat_reaches_units_only(bot: Bot) -> None:
    chat = Chat(bot)
    async with group(chat) as notifier:
        for to in (f"person/{uuid.uuid4()}", f"subject/{uuid.uuid4()}"):
            with pytest.raises(NotReachable, match="no-chat-address"):
                await notifier.send(replace(LETTER, to=to))
    assert chat.requests == []


async def test_a_chat_of_the_public_kind_is_never_spoken_to_on_a_private_network() -> None:
    notifier = ChatNotifier(WECOM, TOKEN, base="https://127.0.0.1")
    with pytest.raises(NotDelivered, match="address-not-public"):
        await notifier.send(LETTER)
    await notifier.close()


@pytest.mark.parametrize(
    ("text", "bytes_max", "expected"),
    [
        ("甲。乙。", None, "甲。乙。"),
        ("甲。乙。", 12, "甲。乙。"),
        ("甲甲。乙乙。丙丙。", 26, "甲甲。乙乙。…L"),
        ("甲甲甲甲甲甲", 11, "甲甲…L"),
        ("One. Two and more.", 9, "One.…L"),
    ],
)
def test_a_text_is_cut_after_a_sentence_and_says_where_the_rest_is(
    text: str, bytes_max: int | None, expected: str
) -> None:
    said = fitted(text, "L", bytes_max)
    assert said == expected
    assert bytes_max is None or len(said.encode()) <= bytes_max


@pytest.mark.parametrize("bytes_max", range(1, 80))
def test_a_text_never_exceeds_its_bytes(bytes_max: int) -> None:
    assert (
        len(fitted("结对。Pairing. 一二三；" * 3, "https://x/1", bytes_max).encode()) <= bytes_max
    )


NIGHT = QuietHours(time_of_day(20), time_of_day(8))


@pytest.mark.parametrize(
    ("instant", "hours"),
    [
        ("2026-05-11T19:59:59+08:00", 0),
        ("2026-05-11T20:00:00+08:00", 12),
        ("2026-05-11T23:00:00+08:00", 9),
        ("2026-05-12T00:00:00+08:00", 8),
        ("2026-05-11T23:00:00Z", 1),
        ("2026-05-12T08:00:00+08:00", 0),
    ],
)
def test_it_is_quiet_from_eight_to_eight_by_the_office_clock(instant: str, hours: int) -> None:
    assert NIGHT.left(datetime.fromisoformat(instant)) == timedelta(hours=hours)


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    noon = quiet_hours_of("12:00-14:00")
    assert noon is not None
    assert noon.left(datetime.fromisoformat("2026-05-11T13:30:00+08:00")) == timedelta(minutes=30)
    assert not noon.left(datetime.fromisoformat("2026-05-11T15:00:00+08:00"))
    assert quiet_hours_of("") is None


def attempt(number: int) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=number, started_time=datetime.now(UTC))
    return environment


@pytest.fixture
def told_case(tiny_desk: Desk) -> str:
    case = new_case()
    for unit in (CIVIL_AFFAIRS, HEALTH):
        command = {"kind": "tell_unit", "unit": unit}
        tiny_desk.record_now(case, [Asking(new_id(), DISPATCHER, command)])
    return case


@pytest.fixture
def at(tiny_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def setting(instant: str) -> None:
        monkeypatch.setattr(tiny_desk.ledger, "clock", lambda: datetime.fromisoformat(instant))

    return setting


async def test_at_night_only_those_are_told_whom_it_does_not_disturb(
    tiny_desk: Desk, told_case: str, at: Callable[[str], None]
) -> None:
    """The others are told in the morning, once; a look in between finds nothing to do."""
    mail, chat = Postman("mail"), Postman("chat", disturbs=True)
    channels = Channels(mail, units={HEALTH: chat}, quiet=NIGHT)
    telling = Telling(tiny_desk, AddressBook(tiny_desk), channels)
    request = TellRequest(stream=told_case, after=0, until=2)
    at("2036-05-11T23:00:00+08:00")
    with pytest.raises(ApplicationError) as waiting:
        await attempt(1).run(telling.tell, request)
    assert waiting.value.next_retry_delay == timedelta(minutes=30)
    assert not waiting.value.non_retryable
    at("2036-05-12T07:50:00+08:00")
    with pytest.raises(ApplicationError) as waiting:
        await attempt(2).run(telling.tell, request)
    assert waiting.value.next_retry_delay == timedelta(minutes=10)
    assert (len(mail.letters), len(chat.letters)) == (1, 0)
    at("2036-05-12T08:00:00+08:00")
    told = await attempt(3).run(telling.tell, request)
    assert (told.delivered, told.earlier) == (1, 1)
    assert (len(mail.letters), len(chat.letters)) == (1, 1)


@pytest.mark.parametrize("number", range(1, TELL_ATTEMPTS + 1))
async def test_waiting_for_the_morning_is_never_recorded_as_a_failure(
    tiny_desk: Desk, told_case: str, at: Callable[[str], None], number: int
) -> None:
    """Also in the last attempt there is; half of them are kept for the morning."""
    channels = Channels(Postman(disturbs=True), quiet=NIGHT)
    telling = Telling(tiny_desk, AddressBook(tiny_desk), channels)
    at("2036-05-11T23:00:00+08:00")
    with pytest.raises(ApplicationError) as waiting:
        await attempt(number).run(telling.tell, TellRequest(stream=told_case, after=0, until=2))
    assert waiting.value.non_retryable is (number >= TELL_ATTEMPTS // 2)


async def test_what_is_urgent_is_told_at_night(
    tiny_desk: Desk, told_case: str, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = Postman(disturbs=True)
    telling = Telling(tiny_desk, AddressBook(tiny_desk), Channels(chat, quiet=NIGHT))
    at("2036-05-11T23:00:00+08:00")
    monkeypatch.setattr("desk.clerking.is_urgent", lambda desk, stream: True)
    told = await attempt(1).run(telling.tell, TellRequest(stream=told_case, after=0, until=2))
    assert told.delivered == 2
    assert all(letter.urgent for letter in chat.letters)


def test_a_task_says_itself_whether_it_is_urgent() -> None:
    assert not TASK.is_urgent(TASK.initial)
    assert not TASK.is_urgent(registered().state)
    assert TASK.is_urgent(registered(urgent=True).state)


async def test_each_unit_is_told_by_its_own_channel_and_the_receipt_names_it(
    tiny_desk: Desk, told_case: str
) -> None:
    usual, own = Postman("usual"), Postman("own")
    channels = Channels(usual, units={HEALTH: own}, console_url="https://c.example.org/")
    telling = Telling(tiny_desk, AddressBook(tiny_desk), channels)
    await attempt(1).run(telling.tell, TellRequest(stream=told_case, after=0, until=2))
    assert [letter.to for letter in usual.letters] == [f"unit/{CIVIL_AFFAIRS}"]
    assert [letter.to for letter in own.letters] == [f"unit/{HEALTH}"]
    receipts = tiny_desk.ledger.log(-1, 10_000, ["notice"])
    about = {one.fact["channel"] for one in receipts if told_case in one.fact["notice"]}
    assert about == {"usual", "own"}
    (letter,) = own.letters
    assert letter.link == f"https://c.example.org/tasks/{letter.number}"


NOTICES = """
people = "sms"
[channels.shipai]
kind = "wecom"
token_file = "shipai.token"
[channels.sms]
kind = "webhook"
url = "https://sms.example.org/send"
secret_file = "sms.secret"
[units]
"440106-MZ" = "shipai"
"""


def settings_with(folder: Path, text: str) -> Any:
    (folder / "notices.toml").write_text(text)
    (folder / "shipai.token").write_text(TOKEN + "\n")
    (folder / "sms.secret").write_text("s" * 24)
    return load_settings(home=folder, notices_file=folder / "notices.toml")


def test_a_file_says_who_is_told_by_what(tmp_path: Path) -> None:
    channels = channels_for(settings_with(tmp_path, NOTICES))
    assert channels.of("unit/440106-MZ").channel == "wecom"
    assert channels.of("unit/440106-WJ").channel == "log"
    assert channels.of(f"person/{uuid.uuid4()}").channel == "webhook"
    assert channels.quiet == NIGHT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('people = "sms"', 'people = "smoke"'), "smoke"),
        (('kind = "wecom"', 'kind = "pigeon"'), "channels.shipai.kind"),
        (('token_file = "shipai.token"', ""), "token_file"),
        (('token_file = "shipai.token"', 'token_file = "nowhere"'), "nowhere"),
        (('token_file = "shipai.token"', 'token = "in the clear"'), "channels.shipai.token"),
        (("https://sms", "http://sms"), "sms"),
        (("[units]", "[units"), "TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_what_is_wrong(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(SettingsRefused, match=said) as refused:
        channels_for(settings_with(tmp_path, NOTICES.replace(*change)))
    assert "in the clear" not in str(refused.value)
