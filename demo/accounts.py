"""The cast's accounts: the first registrar begins the registry, and each gets a key when it counts.

The keys lie in `<home>/accounts/`, which only a demonstration would do: whoever holds a key can act
as its person.
"""

import threading
from pathlib import Path

from desk.casework import Who
from desk.desk import Desk
from desk.orders import COMMAND_LINE, Door
from domain.people import Known
from services.accounts import begin, give_key, proven

REGISTRY_UNIT = "440100-MCB"
REGISTRY_NAME = "广州市结对名册管理办公室"

BY_KEY = Door(COMMAND_LINE.channel, Known.KEY)


class Accounts:
    """Who of the cast can prove who they are; keys are issued by the first registrar."""

    def __init__(self, desk: Desk, home: Path) -> None:
        self._desk, self.folder = desk, home / "accounts"
        self._one_at_a_time = threading.Lock()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        key = begin(desk, REGISTRY_UNIT, REGISTRY_NAME, "陈启明", self.folder / "registrar.key")
        self.registrar = Who(key.verifier.name, BY_KEY.channel, known=BY_KEY.known)

    def key_of(self, person: str) -> Path:
        """Return the file with the key of *person*, issued at first need."""
        file = self.folder / f"{person.partition('/')[2]}.key"
        with self._one_at_a_time:
            if not file.exists():
                give_key(self._desk, person, file, self.registrar)
        return file

    def prove(self, person: str) -> Door:
        """Return the door of somebody who has shown their key."""
        file = self.key_of(person)
        rules = self._desk.rulebook.rules(self._desk.neighbours)
        assert proven(rules, file) == person
        return BY_KEY
