"""Signing in by the office's single sign-on: whom the provider names, and whose identity that is.

Which identity is whose is a fact, a keyed digest of issuer and subject: whoever reads the record,
or writes to any table, cannot become somebody by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.single_sign_on import (
    NotBelieved,
    Provider,
    ProviderUnfit,
    SingleSignOn,
    fresh_secret,
    state_of,
)
from accounts.store import Accounts, hidden
from desk.casework import Asking, Who, Written
from desk.identifiers import new_uuid7
from desk.opening import Books
from runtime.settings import Settings, SettingsRefused
from services.signing_in import Doorkeeper, LetIn, NotLetIn

BACK = "/sign-in/office/back"


class NotBound(Exception):
    """The provider named a *subject* nobody here is bound to, or who holds no post now.

    The subject is for the page of whoever came, and for no log.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__("identity not bound")


@dataclass(frozen=True)
class SignOn:
    """The single sign-on of one installation, and who may come in by it."""

    provider: SingleSignOn
    books: Books
    doorkeeper: Doorkeeper
    accounts: Accounts

    def ask(self, at: datetime) -> tuple[str, str]:
        """Return the provider's address, and what the browser keeps until it is back.

        Raises `ProviderAway`.
        """
        held = fresh_secret(at)
        return self.provider.way_there(held), held

    def come_back(self, held: str | None, answer: Mapping[str, str], at: datetime) -> LetIn:
        """Let in whom the provider names; each way there leads back once.

        Raises `NotBelieved`, `ProviderAway` and `NotBound`.
        """
        if not held:
            raise NotBelieved("no-state")
        if not self.accounts.first_use(hidden(state_of(held)), at):
            raise NotBelieved("state-used")
        subject = self.provider.who_came(held, answer, at)
        try:
            return self.doorkeeper.sign_in_by_identity(self.identity_of(subject), at)
        except NotLetIn:
            raise NotBound(subject) from None

    def identity_of(self, subject: str) -> str:
        """Return the digest of *subject* at this provider, as it stands in facts."""
        named = f"{self.provider.provider.issuer}\x1f{subject}"
        return self.books.vault.token("identity", named.encode())

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
        ca=settings.oidc_ca_file,
    )
    try:
        return SignOn(SingleSignOn(provider), books, doorkeeper, accounts)
    except ProviderUnfit as unfit:
        raise SettingsRefused(f"JIEDUI_OIDC_ISSUER: {unfit}") from None
