"""Who is looking, at what house: somebody signed in, in one post, through one door."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.exc import OperationalError

from accounts.held_tables import HeldTables
from accounts.preferences import Preferences
from accounts.store import Accounts, Session
from accounts.tries import Tries
from desk.casework import Who
from desk.opening import Books
from desk.orders import Door
from domain.people import Channel, Known, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.values import CASE
from projections.boards import Boards
from runtime.settings import Settings
from services.community_codes import CommunityCodes
from services.following import Following
from services.following_log import Head
from services.provider_links import ProviderLinks
from services.rating_links import RatingLinks
from services.signing_in import Doorkeeper
from services.single_sign_on import SignOn
from services.uploads import Uploads
from services.webhooks import Webhooks
from webhooks.relay import Whom
from webhooks.store import Store
from wording.labels import Language
from wording.names import KnownNames
from wording.office_words import for_people, in_office_words
from wording.sentences import OpaqueNames, item_text

BOARD_SECONDS = 2.0
"""How long is waited for the boards after a command, and while they are known to be busy."""
READING_SECONDS = 20.0
"""How long a page waits for boards that go on; then it shows what they know."""
_following = ThreadPoolExecutor(4, "following")


class SignedOut(Exception):
    """Nobody is signed in."""


class NothingHere(Exception):
    """There is nothing at this address for whoever asks, whether or not it exists."""


@dataclass
class House:
    """What console and API work with: open books, boards that follow them, who lets people in."""

    books: Books
    boards: Boards
    doorkeeper: Doorkeeper
    links: RatingLinks
    settings: Settings
    accounts: Accounts
    sign_on: SignOn | None = None
    """The office's single sign-on, where there is one."""
    demo_cast: tuple[tuple[str, str, Role, str], ...] = ()
    """Staff number, the unit and the role of the post, and password, on a home that only plays."""
    _busy: bool = False

    @cached_property
    def preferences(self) -> Preferences:
        """What people keep for themselves and their units: filters, columns."""
        return Preferences(self.accounts.engine)

    @cached_property
    def held_tables(self) -> HeldTables:
        """Tables uploaded and not yet confirmed."""
        return HeldTables(self.accounts.engine)

    @cached_property
    def uploads(self) -> Uploads:
        """Files on their way here, in pieces."""
        return Uploads(self.settings.uploads_path)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Whom other systems are told of."""
        settings = self.settings
        whom = Whom(settings.webhook_hosts, inner=settings.webhook_loopback)
        return Webhooks(self.books, Store(settings.webhooks_url), whom)

    @cached_property
    def following(self) -> Following:
        """By what residents follow their own matters."""
        return Following(self.books, self.links.kept, Tries(self.accounts.engine, "link"))

    @cached_property
    def provider_links(self) -> ProviderLinks:
        """By what providers' own people act for them."""
        return ProviderLinks(self.books, self.links.kept)

    @cached_property
    def codes(self) -> CommunityCodes:
        """By what residents register needs of their community."""
        return CommunityCodes(self.books, self.links.kept)

    @cached_property
    def head(self) -> Head:
        """The newest position of the log, for those who wait for the next."""
        return Head(self.books.ledger.head)

    def catch_up(self, *, after_command: bool = False) -> bool:
        """Have the boards know what the ledger knows, whoever else follows; say whether they do.

        Boards that are busy, such as while they are made anew, keep nobody waiting for long.
        """
        if self._known_to_boards():
            self._busy = False
            return True
        following = _following.submit(self.boards.follower(self.books.ledger).catch_up)
        try:
            following.result(BOARD_SECONDS if after_command or self._busy else READING_SECONDS)
        except (TimeoutError, OperationalError):
            self._busy = True
            return False
        self._busy = False
        return True

    def _known_to_boards(self) -> bool:
        """Say whether the boards stand where the ledger does: mostly so, and nobody is to follow.

        The ledger is asked first: what is recorded after that is not waited for, as ever.
        """
        newest = self.books.ledger.head()
        try:
            return self.boards.position() >= newest
        except OperationalError:
            return False


@dataclass(frozen=True)
class Seer:
    """Somebody signed in, looking, in one language."""

    house: House
    session: Session
    rules: Rules
    at: datetime
    channel: Channel = Channel.CONSOLE
    language: Language = "zh"

    @property
    def role(self) -> Role:
        """The role they act in."""
        return Role(self.session.role)

    @property
    def unit(self) -> str:
        """The unit they act for."""
        return self.session.unit

    @property
    def door(self) -> Door:
        """How the desk is told of them."""
        return Door(self.channel, Known.SESSION, self.session.session)

    @property
    def who(self) -> Who:
        """Who asks at the desk."""
        door = self.door
        return Who(
            self.session.person, door.channel, self.unit, self.role, door.known, door.session
        )

    @cached_property
    def name(self) -> str:
        """Their own name."""
        known = self.rules.people.get(self.session.person)
        if known is None or known.name is None:
            return "—"
        plain = self.house.books.vault.open(known.name)
        return "—" if plain is None else plain.decode("utf-8")

    @cached_property
    def names(self) -> KnownNames:
        """What units, places, categories and cases are called."""
        return KnownNames(self.rules, number_of=self.number_of)

    def say(self, chinese: str, english: str) -> str:
        """Return the one of both that they read."""
        return chinese if self.language == "zh" else english

    def unit_name(self, code: str) -> str:
        """Return what a unit is called."""
        return self.names.unit(code, self.language)

    def place_name(self, division: str) -> str:
        """Return what a place is called."""
        return self.names.place(division, self.language)

    def category_name(self, code: str) -> str:
        """Return what a category is called."""
        return self.names.category(code, self.language)

    def number_of(self, stream: str) -> str | None:
        """Return what people call the case *stream*: a task's number, others' title."""
        return called(self.house, stream, self.language)


def called(house: House, stream: str, language: Language = "zh") -> str | None:
    """Return what people call the case *stream*: a task's number, others' title."""
    if stream.startswith("task/"):
        line = house.boards.tasks.get(stream)
        return None if line is None else line.number
    if stream.startswith("pairing/"):
        pairing = house.boards.pairings.get(stream)
        return None if pairing is None else pairing.title
    case = house.boards.cases.get(stream)
    return None if case is None else case.title_in(language)


def seer_by(
    house: House,
    token: str | None,
    at: datetime,
    channel: Channel = Channel.CONSOLE,
    language: Language = "zh",
    *,
    active: bool = True,
) -> Seer:
    """Return who is signed in by *token*; raise `SignedOut`.

    Not *active*: a program asks by itself, and nobody may be sitting there.
    """
    session = house.doorkeeper.session_of(token, at, active=active)
    if session is None:
        raise SignedOut
    rules = house.books.rulebook.rules(house.books.desk.neighbours)
    return Seer(house, session, rules, at, channel, language)


def told(refusal: CommandRefused, seer: Seer) -> dict[str, str]:
    """Return a refusal as people read it: the sentence in the office's words, and its rule."""
    said = in_office_words(
        seer.say(refusal.chinese, refusal.english),
        seer.unit_name,
        seer.language,
        place_name=seer.place_name,
        ground_name=lambda code: item_text(code, seer.names, seer.language),
    )
    said = for_people(said)
    # A case by its kind only: what another's is called is nobody's to learn by a wrong id.
    said = _CASE.sub(lambda found: OpaqueNames().case(found[0], seer.language), said)
    said = _LISTED.sub(lambda found: _in_a_pack(seer, found[0]), said)
    return {"rule": refusal.rule, "sentence": said}


_CASE = re.compile(CASE)
_LISTED = re.compile(r"(?<![\w/@.-])[A-Z][A-Z0-9_]+(?![\w@/.-])")
"""A code of a list in a pack, such as a category's."""


def _in_a_pack(seer: Seer, code: str) -> str:
    """Return what a code of a pack is called there, or the code."""
    called = seer.names.category(code, seer.language)
    return seer.names.ground(code, seer.language) if called == code else called
