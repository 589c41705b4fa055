"""Why a file was not taken: a reason with a name, told between the child and its parent."""

from enum import Enum


class Reason(Enum):
    """What can be wrong with a file."""

    UNKNOWN = "unknown"
    BROKEN = "broken"
    PROTECTED = "protected"
    ACTIVE = "active"
    PIXELS = "pixels"
    UNPACKED = "unpacked"
    ANIMATED = "animated"


class Unfit(Exception):
    """A file is not taken, for this reason; *found* names what was met, never what it says."""

    def __init__(self, reason: Reason, found: str = "") -> None:
        self.reason, self.found = reason, found
        super().__init__(reason.value)
