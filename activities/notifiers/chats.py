"""Notices into group chats by their bots: WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书).

A group is read by whoever is in it, on servers that are somebody else's: it is told the number of
the case and where to read on, nothing more, and reaches units only. A bot answers 200 whatever
happened; the code is in the body. None takes an id, so that after a crash the same may come twice.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from activities.notices import Letter, NotDelivered, NotReachable
from activities.notifiers.fitting import fitted
from runtime.outgoing import NotSent, Outgoing


@dataclass(frozen=True)
class Bot:
    """One kind of bot: where it listens, how it says how it went, and how much it takes.

    *never* are the codes after which trying again cannot help: the bot is gone, or what signs for
    us is not what it expects. Any other code, such as its limit a minute, may pass.
    """

    channel: str
    base: str
    path: str
    code: str
    never: frozenset[int]
    bytes_max: int


WECOM = Bot(
    "wecom",
    "https://qyapi.weixin.qq.com",
    "/cgi-bin/webhook/send",
    "errcode",
    frozenset({93000, 93008, 93017}),  # no such bot, not in the group
    2048,
)
"""Group bot of WeCom; the 20 messages a minute answer 45009 beyond."""

DINGTALK = Bot(
    "dingtalk",
    "https://oapi.dingtalk.com",
    "/robot/send",
    "errcode",
    frozenset({300001, 300005, 310000, 400101}),  # no such token; not signed as it expects
    18_000,
)
"""Custom bot of DingTalk; the 20 messages a minute answer 130101 or 410100 beyond."""

FEISHU = Bot(
    "feishu",
    "https://open.feishu.cn",
    "/open-apis/bot/v2/hook/",
    "code",
    frozenset({19001, 19021, 19022, 19024}),  # no such bot; signature, address, keyword
    18_000,
)
"""Custom bot of Feishu; the 100 messages a minute answer 11232 or 9499 beyond."""


class ChatNotifier:
    """Tells units by the bot of one group chat; *base* is another host than the public one.

    *token* names the bot, *secret* signs for us where the bot wants it. Raises `AddressRefused`.
    """

    wants_phone = False
    disturbs = True

    def __init__(
        self,
        bot: Bot,
        token: str,
        *,
        secret: str | None = None,
        base: str | None = None,
        inner: bool = False,
        bytes_max: int | None = None,
    ) -> None:
        self.bot, self.channel = bot, bot.channel
        self.token, self.secret = token, secret
        self.bytes_max = min(bytes_max or bot.bytes_max, bot.bytes_max)
        path = bot.path + (token if bot is FEISHU else "")
        self.group = Outgoing((base or bot.base).rstrip("/") + path, inner=inner)

    async def send(self, letter: Letter) -> None:
        """Say in the group that there is news; raise `NotDelivered` or `NotReachable`."""
        if not letter.to.startswith("unit/"):
            raise NotReachable("no-chat-address")
        query, message = self._message(fitted(_said(letter), letter.link, self.bytes_max))
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            answer = await self.group.post(body, {"content-type": "application/json"}, query)
        except NotSent as reason:
            raise NotDelivered(reason.detail) from None
        if answer.status != 200:
            raise NotDelivered(f"http-{answer.status}")
        self._judge(answer.body)

    async def close(self) -> None:
        """Close the connections."""
        await self.group.close()

    def _message(self, text: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Return query and body as the bot takes them, signed where there is a secret."""
        message = {"msgtype": "text", "text": {"content": text}}
        if self.bot is WECOM:
            return {"key": self.token}, message
        if self.bot is DINGTALK:
            moment = str(int(time.time() * 1000))
            query = {"access_token": self.token}
            if self.secret is not None:
                signed = _signed(self.secret.encode(), f"{moment}\n{self.secret}")
                query |= {"timestamp": moment, "sign": signed}
            return query, message
        message = {"msg_type": "text", "content": {"text": text}}
        if self.secret is not None:
            moment = str(int(time.time()))
            # The string to sign is the key here, and nothing is what is signed.
            message |= {
                "timestamp": moment,
                "sign": _signed(f"{moment}\n{self.secret}".encode(), ""),
            }
        return {}, message

    def _judge(self, body: bytes) -> None:
        try:
            code = json.loads(body)[self.bot.code]
        except (ValueError, TypeError, KeyError):
            raise NotDelivered(f"{self.channel}-unreadable") from None
        if code == 0:
            return
        detail = f"{self.channel}-{code}" if isinstance(code, int) else f"{self.channel}-unreadable"
        raise (NotReachable if code in self.bot.never else NotDelivered)(detail)


def _signed(key: bytes, text: str) -> str:
    return base64.b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()


def _said(letter: Letter) -> str:
    """Return what a group is told: that there is news, of which number, and where it is read."""
    what = f"{letter.number} " if letter.number else ""
    urgent = "【紧急】" if letter.urgent else ""
    return "\n".join(filter(None, (f"【结对】{urgent}{what}有新进展，请登录查看。", letter.link)))
