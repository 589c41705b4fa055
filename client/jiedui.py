"""The client: signs in, reads, and gives commands that are recorded once, however often sent."""

import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Self
from uuid import uuid4

import httpx2

from client.shapes import (
    CaseDetail,
    Fact,
    HistoryItem,
    OfferItem,
    PairingDetail,
    Receipt,
    Session,
    TableReport,
    TaskDetail,
)

TRIES = 5
"""How often a request that was not taken now is sent again."""


class Refused(Exception):
    """A rule, or the form of a request, said no; nothing was recorded."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.status = int(problem.get("status", 0))
        self.rule = str(problem.get("rule") or str(problem.get("type", "")).rpartition("/")[2])
        self.chinese = str(problem.get("chinese") or problem.get("detail", ""))
        self.english = str(problem.get("english") or problem.get("detail", ""))
        super().__init__(f"{self.rule}: {self.chinese}")


class NothingThere(Refused):
    """There is nothing at this address for whoever asks."""


class SignedOut(Refused):
    """The session is over, or was never begun."""


class NotNow(Refused):
    """It could not be taken now, and not after several tries; its key may be sent again."""


class Unreachable(Exception):
    """No answer of this API came: what was done is not known, and the same may be sent again."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"服务器没有应答，或该地址不是结对系统（{url}）；请检查地址和网络，稍后可原样再试。 "
            "No answer of this API came; check address and network, and try the same again."
        )


_ERRORS: dict[int, type[Refused]] = {401: SignedOut, 404: NothingThere, 429: NotNow, 503: NotNow}


class Jiedui:
    """One session at one server; close it, or use it in a `with`."""

    def __init__(
        self, url: str, token: str | None = None, http: httpx2.Client | None = None
    ) -> None:
        self._http = http or httpx2.Client(timeout=60)
        self._base = f"{url.rstrip('/')}/api/v1"
        self._token = token

    @classmethod
    def signed_in(
        cls,
        url: str,
        staff_number: str,
        password: str,
        post: tuple[str, str] | None = None,
        http: httpx2.Client | None = None,
    ) -> Self:
        """Return a client signed in by staff number and password, in *post* (role, unit)."""
        made = cls(url, http=http)
        made.sign_in({"staff_number": staff_number, "password": password}, post)
        return made

    def sign_in(self, shown: Mapping[str, Any], post: tuple[str, str] | None = None) -> None:
        """Begin a session; *shown* is `staff_number` and `password`, or a `proof` by key."""
        body = dict(shown)
        if post is not None:
            body["post"] = {"role": post[0], "unit": post[1]}
        self._token = str(self.ask("POST", "/sessions", json=body)["token"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session and let go of the connection."""
        with suppress(Refused, httpx2.HTTPError):
            if self._token is not None:
                self.ask("DELETE", "/sessions/current")
        self._token = None
        self._http.close()

    @property
    def session(self) -> Session:
        """Who is signed in."""
        return Session.model_validate(self.ask("GET", "/sessions/current"))

    # -- reading ---------------------------------------------------------------------------

    def tasks(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Yield tasks within the session's duties, the first registered first.

        *wanted* narrows them as the reference says: `state`, `category`, `place`, `open`, …
        """
        for item in self._pages("/tasks", wanted):
            yield item["task"]

    def pairings(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Yield the pairings that are the session's to see."""
        for item in self._pages("/pairings", wanted):
            yield item["pairing"]

    def cases(self, of: str, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Yield the session's cases of another kind, named as addresses do: `findings`, `sites`.

        *wanted* narrows them as the reference says: `state`, `holder`, `place`, `open`, `search`.
        """
        for item in self._pages(f"/{of}", wanted):
            yield item["case"]

    def case(self, of: str, key: str) -> CaseDetail:
        """Return one case of another kind by its id; raise `NothingThere`."""
        return CaseDetail.model_validate(self.ask("GET", f"/{of}/{key}"))

    def _pages(self, path: str, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        asked, cursor = dict(wanted), None
        while True:
            page = self.ask("GET", path, params=asked | ({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def task(self, number: str) -> TaskDetail:
        """Return one task by work-order number or id; raise `NothingThere`."""
        return TaskDetail.model_validate(self.ask("GET", f"/tasks/{number}"))

    def pairing(self, key: str) -> PairingDetail:
        """Return one pairing by its id; raise `NothingThere`."""
        return PairingDetail.model_validate(self.ask("GET", f"/pairings/{key}"))

    def history(self, number: str, of: str = "tasks", language: str = "zh") -> list[HistoryItem]:
        """Return what happened to a case, the first fact first, told in *language*: zh or en."""
        spoken = {"Accept-Language": language}
        told = self.ask("GET", f"/{of}/{number}/history", headers=spoken)
        return [HistoryItem.model_validate(one) for one in told["items"]]

    def offers(self, number: str, of: str = "tasks") -> list[OfferItem]:
        """Return what may be done with a case now, and which rule refuses the rest."""
        told = self.ask("GET", f"/{of}/{number}/offers")
        return [OfferItem.model_validate(one) for one in told["items"]]

    def inbox(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return what waits for the session's post."""
        return [one["item"] for one in self.ask("GET", "/inbox", params=wanted)["items"]]

    def waiting(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Yield everything that waits for the session's post, page by page."""
        seen = 0
        while True:
            page = self.ask("GET", "/inbox", params={**wanted, "limit": 500, "offset": seen})
            yield from (one["item"] for one in page["items"])
            seen += len(page["items"])
            if not page["items"] or seen >= page["total"]:
                return

    def all_of(self, path: str, **wanted: Any) -> list[dict[str, Any]]:
        """Return the items of a board that has one page: `/units`, `/people`, `/figures`."""
        return list(self.ask("GET", path, params=wanted)["items"])

    def file(self, path: str) -> bytes:
        """Return a paper or a piece of evidence, such as `/tasks/DQ…/documents/order.pdf`."""
        return self._answered("GET", path).content

    def facts(self, after: int = -1, *, wait: int = 0, forever: bool = False) -> Iterator[Fact]:
        """Yield the facts beyond position *after*; with *forever*, those that are still to come.

        Keep the position of the last one taken in: with it nothing is missed or told twice.
        """
        while True:
            page = self.ask("GET", "/facts", params={"after": after, "wait": wait, "limit": 500})
            yield from (Fact.model_validate(one) for one in page["items"])
            if page["next"] == after and not forever:
                return
            after = page["next"]

    # -- commands --------------------------------------------------------------------------

    def give(
        self,
        path: str,
        command: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        if_version: int | None = None,
    ) -> Receipt:
        """Give a command, such as `tasks/DQ…/accept_task`, and return its receipt.

        It is sent again with the same key while the server says `not now`. Raises `Refused` with
        the rule, `NotNow` when several tries were in vain.
        """
        headers = {"Idempotency-Key": key or f"client/{uuid4()}"}
        if if_version is not None:
            headers["If-Match"] = f'"{if_version}"'
        told = self.ask("POST", f"/{path.strip('/')}", json=dict(command or {}), headers=headers)
        return Receipt.model_validate(told)

    def take_table(
        self, kind: str, content: bytes, *, dry: bool = False, **about: Any
    ) -> TableReport:
        """Have the rows of a table taken in, or with *dry* tried; it may be sent again.

        *kind* is `need`, `unit`, `finding`, `site`, `facility` or `provider`; *about* what else the
        reference says: `mapping`, `sheets`, `hidden`, `update`, `policy`. Raises as `give`.
        """
        told = self.ask(
            "POST",
            f"/tables/{kind}",
            params={"dry-run": "true"} if dry else {},
            json={"content": b64encode(content).decode("ascii"), **about},
        )
        return TableReport.model_validate(told)

    # -- asking ----------------------------------------------------------------------------

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Return what an operation of the reference answers, {} for nothing.

        Raises `Refused` and its kinds, and `Unreachable` where no answer came.
        """
        answer = self._answered(method, path, **more)
        try:
            return dict(answer.json()) if answer.content else {}
        except ValueError as error:
            raise Unreachable(self._base) from error

    def _answered(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = dict(more.pop("headers", {}))
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        tries = TRIES
        while True:
            tries -= 1
            try:
                answer = self._http.request(method, self._base + path, headers=headers, **more)
            except httpx2.TransportError as error:
                # Reading may be asked again, and so may a command, by its key.
                sent_once = method == "POST" and "Idempotency-Key" not in headers
                if not tries or (sent_once and not isinstance(error, httpx2.ConnectError)):
                    raise Unreachable(self._base) from error
                time.sleep(1)
                continue
            if answer.status_code in {429, 503} and tries:
                time.sleep(min(float(answer.headers.get("Retry-After", "1")), 30.0))
                continue
            if answer.is_success:
                return answer
            problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            raise _ERRORS.get(answer.status_code, Refused)({"status": answer.status_code} | problem)
