"""The small values every room shares: frozen models, instants, identifiers and short texts.

Nothing here knows a rule; each type promises only the shape of what it holds.
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic import StringConstraints as Text

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UNIT_CODE = r"[A-Z0-9][A-Z0-9-]{1,31}"


DEFERRED = ConfigDict(defer_build=True)
"""For adapters of many models: built when they are first used."""


class Frozen(BaseModel):
    """A value that is never changed, and that knows no field it was not told of."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_enum_values=False,
        defer_build=True,  # most runs of a command need few of the models there are
    )


class Grown(Frozen):
    """A value that gained fields after it was first stored.

    A field in *later* that holds its default is not written, so that what was stored before there
    was such a field is written again with the same bytes.
    """

    later: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _as_before(self, usual: SerializerFunctionWrapHandler) -> dict[str, Any]:
        told: dict[str, Any] = usual(self)
        for name in self.later:
            if getattr(self, name) == type(self).model_fields[name].default:
                told.pop(name, None)
        return told


def _an_instant(value: object) -> object:
    """Accept a datetime or an RFC 3339 text; a number is never an instant."""
    if isinstance(value, datetime | str):
        return value
    raise ValueError("an instant is written as RFC 3339 text, such as 2026-11-23T09:30:00+08:00")


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its offset, such as +08:00 or Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies within the years 1 to 9999") from None


def instant_text(value: datetime) -> str:
    """Return *value* as RFC 3339 in UTC with microseconds, the one form that is hashed."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Instant = Annotated[
    datetime,
    BeforeValidator(_an_instant),
    AfterValidator(_in_utc),
    PlainSerializer(instant_text, return_type=str),
]
"""A moment in UTC, to the microsecond (RFC 3339)."""

UnitCode = Annotated[str, Text(pattern=rf"^{UNIT_CODE}$")]
"""A unit's own code, such as `440106003-SO`; units that are not divisions have codes too."""

DivisionCode = Annotated[str, Text(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]
"""A division code: 6 digits county (GB/T 2260), 9 street (GB/T 10114), 12 community."""


COMMUNITY_DIGITS = 12
"""How long the division code of a community is."""


def covers(division: str, place: str) -> bool:
    """Say whether *place* lies in *division*.

    Of county codes 440000 is the whole of Guangdong, and 440100 the whole of Guangzhou.
    """
    while len(division) in (4, 6) and division.endswith("00"):
        division = division[:-2]
    return place.startswith(division)


CASE_CATEGORIES = ("task", "pairing", "finding", "site", "facility", "provider", "programme")
"""The kinds of case people work on, by the first part of their streams' names."""

CASE = rf"(?:{'|'.join(CASE_CATEGORIES)})/{UUID}"

CaseId = Annotated[str, Text(pattern=rf"^{CASE}$")]
"""The stream of any kind of case people work on."""

TaskId = Annotated[str, Text(pattern=rf"^task/{UUID}$")]
PairingId = Annotated[str, Text(pattern=rf"^pairing/{UUID}$")]
FindingId = Annotated[str, Text(pattern=rf"^finding/{UUID}$")]
SiteId = Annotated[str, Text(pattern=rf"^site/{UUID}$")]
FacilityId = Annotated[str, Text(pattern=rf"^facility/{UUID}$")]
ProviderId = Annotated[str, Text(pattern=rf"^provider/{UUID}$")]
ProgrammeId = Annotated[str, Text(pattern=rf"^programme/{UUID}$")]
CASE_IDS = {
    "task": TaskId,
    "pairing": PairingId,
    "finding": FindingId,
    "site": SiteId,
    "facility": FacilityId,
    "provider": ProviderId,
    "programme": ProgrammeId,
}
"""The type of the stream's name of each kind of case."""

PersonId = Annotated[str, Text(pattern=rf"^person/{UUID}$")]
SubjectId = Annotated[str, Text(pattern=rf"^subject/{UUID}$")]

LEDGER_NUMBER = r"[0-9A-Za-z一-鿿][0-9A-Za-z一-鿿 _.@/:#()\[\]〔〕【】-]{0,95}"
LedgerNumber = Annotated[str, Text(pattern=rf"^{LEDGER_NUMBER}$")]
"""The number a row has in an office's own table: 穗天石〔2026〕012号, TH-2026-118."""

Code = Annotated[str, Text(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@/:-]{0,95}$")]
"""A short machine word out of a published list, such as a category or a ground."""

OfficeText = Annotated[str, Text(min_length=1, max_length=500, strip_whitespace=True)]
"""A short text an office writes about its own work; never about a resident."""

VerifierKeyText = Annotated[
    str, Text(pattern=r"^[^\s+]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{1,800}={0,2}$")
]
"""A public key as a signed note's reader takes it: `name+hash+base64`."""

STREAM = re.compile(
    rf"^(?:{CASE}|(?:person|subject|notice|audit|unmasking|workflow|webhook|city)/{UUID}"
    rf"|unit/{UNIT_CODE}|policy/[a-z0-9][a-z0-9-]{{1,31}}|calendar/[A-Z][A-Z0-9-]{{1,31}}"
    r"|log/checkpoints)$"
)
"""The names a stream may have; ids are opaque so that no personal data can stand in one."""


def category_of(stream: str) -> str:
    """Return what kind of case *stream* is: `task`, `pairing`, `unit`, ..."""
    return stream.partition("/")[0]


_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}[\s-]?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"[\s-]?\d{3}[0-9Xx](?![0-9A-Za-z])"
)


def holds_personal_number(text: str) -> bool:
    """Say whether *text* holds what looks like a mobile number or an identity number.

    A mobile number has 11 digits (with or without +86, in one piece or as 3-4-4), an identity
    number 18 characters with a date of birth in them (GB 11643). Full-width digits count as digits.
    """
    plain = unicodedata.normalize("NFKC", text)
    return bool(_MOBILE.search(plain) or _IDENTITY.search(plain))
