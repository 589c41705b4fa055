"""Signing in and out: who is let in as whom, noted on their stream; secrets stay in `accounts/`."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.passwords import hashed, matches
from accounts.proofs import Proofs
from accounts.store import PASSWORD, Accounts, Ground, Session, new_session
from accounts.tries import Tries
from desk.casework import Asking, Who, Written
from desk.identifiers import new_uuid7
from desk.opening import Books
from desk.sealing import person_numbered
from domain.envelope import SYSTEM, By
from domain.people import Grant, Person, Role
from domain.refusals import CommandRefused
from domain.registry.commands import SessionEnd, SignInMethod
from domain.rules import Rules
from domain.values import instant_text
from transparency.keys import SignatureInvalid, VerifierKey
from transparency.notes import Note, NoteMalformed, read_note

PROOF_LASTS = timedelta(minutes=1)


class NotLetIn(Exception):
    """Number or password is wrong: which of the two is not said."""


class NotYet(Exception):
    """Too many tries; *seconds* until the next one is heard."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"{seconds:.0f}")


PROOF_FIRST_LINE = "jiedui-session-v1"
"""What a proof of an account key begins with; nothing else signed by such a key does."""


def proof_text(person: str, at: datetime) -> str:
    """Return the text of the note by which *person* proves, at this instant, that it is them."""
    return f"{PROOF_FIRST_LINE}\n{person}\n{instant_text(at)}\n"


@dataclass(frozen=True)
class LetIn:
    """A session with its token, and the mark by which this browser is known again."""

    token: str
    session: Session
    mark: str


class Doorkeeper:
    """Lets people in by staff number and password, and knows them again by their session."""

    def __init__(self, books: Books, accounts: Accounts) -> None:
        self._books, self._accounts = books, accounts
        self._proofs, self._tries = Proofs(accounts.engine), Tries(accounts.engine, "sign-in")

    @property
    def _rules(self) -> Rules:
        return self._books.rulebook.rules(self._books.desk.neighbours)

    def person_with(self, staff_number: str) -> str:
        """Return the stream of the person with this number, whether or not there is one."""
        return person_numbered(self._books.vault, staff_number)

    def sign_in(
        self, staff_number: str, password: str, source: str, mark: str | None, at: datetime
    ) -> LetIn:
        """Let somebody in, in the first of the roles they hold; *source* is where they come from.

        Raises `NotLetIn`, in the same time for whatever is wrong, and `NotYet`.
        """
        person = self.person_with(staff_number)
        known = mark is not None and hmac.compare_digest(mark, self._mark(person))
        key = f"{person}/known" if known else f"{person}/{source}"
        counted = (key,) if known else (key, f"{person}/strangers")
        if wait := self._tries.wait_for(*counted):
            raise NotYet(wait)
        posts = self.posts(person, at)
        if not matches(password, self._accounts.password_of(person)) or not posts:
            raise NotLetIn
        self._tries.forget(key)
        return self._let_in(person, posts[0], at, SignInMethod.PASSWORD)

    def sign_in_by_key(self, proof: str, at: datetime) -> LetIn:
        """Let somebody in who holds their account key, in the first of their roles.

        *proof* is a signed note (C2SP) over `proof_text`, good for a minute either way, and once.
        Raises `NotLetIn`.
        """
        try:
            note = read_note(proof.encode())
            first, person, signed_at, rest = note.text.split("\n")
            said = datetime.fromisoformat(signed_at)
        except (NoteMalformed, ValueError):
            raise NotLetIn from None
        fresh = said.tzinfo is not None and abs(at - said) <= PROOF_LASTS
        key = self._key_of(person, note)
        if first != PROOF_FIRST_LINE or rest or not fresh or key is None:
            raise NotLetIn
        posts = self.posts(person, at)
        used = hashlib.sha256(note.text.encode()).hexdigest()
        if not posts or not self._proofs.first_use(used, at):
            raise NotLetIn
        return self._let_in(person, posts[0], at, SignInMethod.ACCOUNT_KEY, Ground(key=key))

    def sign_in_by_identity(self, identity: str, sid: str | None, at: datetime) -> LetIn:
        """Let in whose *identity* this is, in the first of their roles; raise `NotLetIn`.

        *sid* is their session at the provider: it ends here when it ends there.
        """
        everybody = self._rules.people.values()
        theirs = [one.id for one in everybody if identity in one.identities]
        posts = self.posts(theirs[0], at) if len(theirs) == 1 else []
        if not posts:
            raise NotLetIn
        ground = Ground(identity=identity, sid=sid)
        return self._let_in(theirs[0], posts[0], at, SignInMethod.SINGLE_SIGN_ON, ground)

    def _key_of(self, person: str, note: Note) -> str | None:
        """Return by which of their keys *person* signed *note*, None where they did not."""
        known = self._rules.people.get(person)
        try:
            keys = known.keys if known else ()
            return next((key for key in keys if VerifierKey.parse(key).signed(note)), None)
        except SignatureInvalid:
            return None

    def _let_in(
        self,
        person: str,
        post: Grant,
        at: datetime,
        method: SignInMethod,
        ground: Ground = PASSWORD,
    ) -> LetIn:
        token, session = new_session(person, post.role.value, post.unit, at, ground)
        self._note_begin(session, method=method.value)
        self._accounts.keep(token, session)
        return LetIn(token, session, self._mark(person))

    def change_post(self, session: Session, role: str, unit: str, at: datetime) -> LetIn:
        """End *session* and begin another in a post the person holds; raise `NotLetIn`.

        It lasts no longer than the first would have: nobody stays in by going back and forth.
        """
        for post in self.posts(session.person, at):
            if (post.role.value, post.unit) == (role, unit):
                person, since = session.person, session.begun_at
                token, other = new_session(
                    person, post.role.value, post.unit, at, session.ground, since
                )
                self._note_begin(other)
                if not self._accounts.keep_instead(session.session, token, other):
                    self._note_end(other, SessionEnd.REVOKED)  # it was ended this moment
                    break
                self._note_end(session, SessionEnd.SIGNED_OUT)
                return LetIn(token, other, self._mark(session.person))
        raise NotLetIn

    def session_of(self, token: str | None, at: datetime, *, active: bool = True) -> Session | None:
        """Return who is signed in by *token*.

        A session ends that is over, or whose role is, or the key or identity it rests on.
        Not *active*: it is only looked at, which keeps no idle session alive.
        """
        found = None if not token else self._accounts.of(token, at, active=active)
        if found is None:
            return None
        if found.over(at):
            self.sign_out(found, SessionEnd.EXPIRED)
            return None
        rules = self._rules
        holds = rules.holds(found.person, Role(found.role), found.unit, at)
        if not holds or not _stands(found.ground, rules.people[found.person]):
            self.sign_out(found, SessionEnd.REVOKED)
            return None
        return found

    def sign_out(self, session: Session, cause: SessionEnd, by: Who | By = SYSTEM) -> None:
        """End *session* and note why, and *by* whom where a registrar does."""
        if self._accounts.end(session.session):
            self._note_end(session, cause, by)

    def sign_out_of_office(self, identity: str | None, sid: str | None) -> int:
        """End what rests on the session *sid* at the provider, or all of *identity*; say how many.

        Whoever goes on in another post meanwhile is found again: it is over when nothing is left.
        """
        ended: list[Session] = []
        while found := self._accounts.of_office(identity, sid):
            ended += [one for one in found if self._accounts.end(one.session)]
        for session in ended:
            self._note_end(session, SessionEnd.SINGLE_SIGN_ON)
        return len(ended)

    def sessions_of(self, person: str) -> list[Session]:
        """Return the sessions a person has open."""
        return self._accounts.of_person(person)

    def looked(self, person: str) -> int | None:
        """Return up to which position of the log the person has seen the news."""
        return self._accounts.looked(person)

    def look(self, person: str, position: int) -> None:
        """Keep that the person has seen the news up to *position*."""
        self._accounts.look(person, position)

    def open_sessions(self, at: datetime) -> list[Session]:
        """Return everybody's sessions that are not over at *at*, the newest first."""
        return [one for one in self._accounts.every() if not one.over(at)]

    def posts(self, person: str, at: datetime) -> list[Grant]:
        """Return the posts in force of *person*, one for each role and unit."""
        known = self._rules.people.get(person)
        grants = [one for one in known.grants if one.stands(at)] if known else []
        return list({(one.role, one.unit): one for one in grants}.values())

    def change_password(self, who: Who, session: Session, old: str, new: str) -> int:
        """Have whoever is signed in change their own password; return where that is recorded.

        Raises `NotLetIn` for a wrong old one, `NotYet`, `PasswordTooWeak` and `CommandRefused`.
        """
        if wait := self._tries.wait_for(f"{session.person}/change"):
            raise NotYet(wait)
        if not matches(old, self._accounts.password_of(session.person)):
            raise NotLetIn
        return self.set_password(session.person, new, who, keep=session.session)

    def set_password(self, person: str, password: str, by: Who, keep: str | None = None) -> int:
        """Give *person* a password in the name of *by*; return where that is recorded.

        Their sessions end, but the one called *keep*: whoever knew the old password is out. Raises
        `PasswordTooWeak` and `CommandRefused`.
        """
        kept = hashed(password)
        asking = Asking(f"set_password/{new_uuid7()}", by, {"kind": "set_password"})
        (answer,) = self._books.desk.record_now(person, [asking]).answers
        if not isinstance(answer, Written):
            raise answer
        self._accounts.set_password(person, kept)
        for session in self.sessions_of(person):
            if session.session != keep:
                self.sign_out(session, SessionEnd.REVOKED)
        return answer.position

    def _mark(self, person: str) -> str:
        """Return the mark of browsers that *person* signed in with; no secret, but unguessable."""
        key = self._books.vault.token("browser", person.encode())
        return hashlib.sha256(f"{key}/{person}".encode()).hexdigest()[:32]

    def _note_begin(self, session: Session, **method: str) -> None:
        """Note that *session* begins, before anybody can use it, or end it."""
        post = {"role": session.role, "unit": session.unit}
        self._note(session.person, "begin_session", session, SYSTEM, **post, **method)

    def _note_end(self, session: Session, cause: SessionEnd, by: Who | By = SYSTEM) -> None:
        self._note(session.person, "end_session", session, by, cause=cause.value)

    def _note(
        self, person: str, kind: str, session: Session, by: Who | By = SYSTEM, **fields: str
    ) -> None:
        command = {"kind": kind, "session": session.session, **fields}
        asking = Asking(f"{kind}/{session.session}", by, command)
        (answer,) = self._books.desk.record_now(person, [asking]).answers
        if isinstance(answer, CommandRefused):
            raise answer


def _stands(ground: Ground, person: Person) -> bool:
    """Say whether what a session of *person* rests on is still believed."""
    key_stands = ground.key is None or ground.key in person.keys
    return key_stands and (ground.identity is None or ground.identity in person.identities)


def fresh_password() -> str:
    """Return a password to be handed over and changed: 80 bits, easy to read aloud."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(4))


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
