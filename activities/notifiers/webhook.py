"""Notices to a gateway of one's own, such as one for SMS: JSON, signed (Standard Webhooks)."""

import json
import ssl
import time

from activities.notices import Letter, NotDelivered, NotReachable
from activities.notifiers.fitting import fitted
from runtime.outgoing import NotSent, Outgoing
from runtime.standard_webhooks import headers_for, key_of


class WebhookNotifier:
    """Posts each notice as JSON, signed after the Standard Webhooks scheme (v1, HMAC-SHA256).

    Follows no redirect, uses no proxy, and connects only to the address it has checked: a public
    one, unless *inner* allows this machine and private networks. Raises `AddressRefused` and
    `SecretRefused`.
    """

    channel = "webhook"
    wants_phone = True
    disturbs = True

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        inner: bool = False,
        bytes_max: int | None = None,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self.key, self.bytes_max = key_of(secret), bytes_max
        self.gateway = Outgoing(url, inner=inner, verify=verify)

    async def send(self, letter: Letter) -> None:
        """Post the letter; any answer but 2xx is a failure, 410 says never again."""
        body = json.dumps(
            {
                "id": letter.id,
                "case": letter.stream,
                "to": letter.to,
                "template": letter.template,
                "text": {
                    "zh": fitted(letter.chinese, letter.link, self.bytes_max),
                    "en": fitted(letter.english, letter.link, self.bytes_max),
                },
                "link": letter.link,
                "phone": letter.phone,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        try:
            headers = headers_for([self.key], letter.id, int(time.time()), body)
            answer = await self.gateway.post(body, headers)
        except NotSent as reason:
            raise NotDelivered(reason.detail) from None
        if answer.status == 410:
            raise NotReachable("http-410")
        if not 200 <= answer.status < 300:
            raise NotDelivered(f"http-{answer.status}")

    async def close(self) -> None:
        """Close the connections."""
        await self.gateway.close()
