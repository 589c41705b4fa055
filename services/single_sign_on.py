"""Signing in by the office's single sign-on: whom the provider names, and whose identity that is.

Which identity is whose is a fact, a keyed digest of issuer and subject: whoever reads the record,
or writes to any table, cannot become somebody by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from accounts.logout_tokens import LogoutToken, read_logout_token
from accounts.proofs import Proofs
from accounts.single_sign_on import (
    NotBelieved,
    Provider,
    ProviderAway,
    ProviderUnfit,
    SingleSignOn,
    fresh_secret,
    state_of,
)
from accounts.store import Accounts, hidden
from accounts.throttle import Throttle
from desk.casework import Asking, Who, Written
from desk.identifiers import new_uuid7
from desk.opening import Books
from runtime.settings import Settings, SettingsRefused
from services.signing_in import Doorkeeper, LetIn, NotLetIn, NotYet

BACK = "/sign-in/office/back"
OUT = "/sign-in"
LOGOUT = "/sign-in/office/logout"
"""Where the provider says that a session there is over (`backchannel_logout_uri`)."""


class NotBound(Exception):
    """The provider named a *subject* nobody here is bound to, or who holds no post now.

    The subject is for the page of whoever came, and for no log.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__("identity not bound")


@dataclass(frozen=True)
class Arrived:
    """Somebody let in by the provider's word; *way_out*: one can sign out of the provider too."""

    let_in: LetIn
    way_out: bool


@dataclass(frozen=True)
class SignOn:
    """The single sign-on of one installation, and who may come in by it."""

    provider: SingleSignOn
    books: Books
    doorkeeper: Doorkeeper
    accounts: Accounts
    wrong: Throttle = field(default_factory=Throttle)
    """Logout tokens that were not believed, by where they came from."""

    @cached_property
    def proofs(self) -> Proofs:
        """States and logout tokens that were used."""
        return Proofs(self.accounts.engine)

    def ask(self, at: datetime) -> tuple[str, str]:
        """Return the provider's address, and what the browser keeps until it is back.

        Raises `ProviderAway`.
        """
        held = fresh_secret(at)
        return self.provider.way_there(held), held

    def come_back(self, held: str | None, answer: Mapping[str, str], at: datetime) -> Arrived:
        """Let in whom the provider names; each way there leads back once.

        Raises `NotBelieved`, `ProviderAway` and `NotBound`.
        """
        if not held:
            raise NotBelieved("no-state")
        if not self.proofs.first_use(hidden(state_of(held)), at):
            raise NotBelieved("state-used")
        come = self.provider.who_came(held, answer, at)
        identity, sid = self.identity_of(come.subject), self._session_of(come.sid)
        try:
            let_in = self.doorkeeper.sign_in_by_identity(identity, sid, at)
        except NotLetIn:
            raise NotBound(come.subject) from None
        return Arrived(let_in, come.way_out)

    def sign_out(self, token: str, source: str, at: datetime) -> int:
        """End the sessions that a logout *token* names, and say how many; it is used once.

        *source* is where it comes from: who sends too many wrong ones is not heard for a while.
        Raises `NotYet`, `NotBelieved` and `ProviderAway`.
        """
        if wait := self.wrong.left(source):
            raise NotYet(wait)
        try:
            told = self._unused(read_logout_token(self.provider, token, at))
        except (NotBelieved, ProviderAway):
            self.wrong.wait_for(source)
            raise
        identity = None if told.subject is None else self.identity_of(told.subject)
        ended = self.doorkeeper.sign_out_of_office(identity, self._session_of(told.sid))
        # Used up only now: what failed half way is sent again, and heard.
        self.proofs.first_use(told.name, at, told.until)
        return ended

    def _unused(self, told: LogoutToken) -> LogoutToken:
        if self.proofs.used(told.name):
            raise NotBelieved("claim-jti")
        return told

    def identity_of(self, subject: str) -> str:
        """Return the digest of *subject* at this provider, as it stands in facts."""
        return self._digest("identity", subject)

    def _session_of(self, sid: str | None) -> str | None:
        """Return the digest of a session at this provider; it stands in no fact."""
        return None if sid is None else self._digest("identity-session", sid)

    def _digest(self, label: str, name: str) -> str:
        named = f"{self.provider.provider.issuer}\x1f{name}"
        return self.books.vault.token(label, named.encode())

    def bind(self, person: str, subject: str, by: Who) -> int:
        """Let *subject* sign in as *person*, and return where that is on record.

        Raises `CommandRefused`.
        """
        command = {"kind": "bind_identity", "identity": self.identity_of(subject.strip())}
        asking = Asking(f"bind_identity/{new_uuid7()}", by, command)
        (answer,) = self.books.desk.record_now(person, [asking]).answers
        if not isinstance(answer, Written):
            raise answer
        return answer.position


def sign_on_of(
    settings: Settings, books: Books, doorkeeper: Doorkeeper, accounts: Accounts
) -> SignOn | None:
    """Return the single sign-on as it is set, None where it is not; raise `SettingsRefused`."""
    if settings.oidc_issuer is None:
        return None
    if settings.console_url is None:
        raise SettingsRefused(
            "JIEDUI_OIDC_ISSUER needs JIEDUI_CONSOLE_URL, the address people come back to. "
            "统一身份认证须同时设置 JIEDUI_CONSOLE_URL（登录后返回的网址）。"
        )
    secret = settings.oidc_client_secret
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=None if secret is None else secret.get_secret_value(),
        back=settings.console_url.rstrip("/") + BACK,
        out=settings.console_url.rstrip("/") + OUT,
        ca=settings.oidc_ca_file,
    )
    try:
        return SignOn(SingleSignOn(provider), books, doorkeeper, accounts)
    except ProviderUnfit as unfit:
        raise SettingsRefused(f"JIEDUI_OIDC_ISSUER: {unfit}") from None
