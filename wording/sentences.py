"""What people read: labels, a sentence for every fact, and the texts of notices.

Pure and complete: every kind of fact has its sentence in Chinese and English, units stand by
name, each due time says how it was reached, and what is sealed shows as 〔已密封〕 unless `Names`
opens it.
Instants are shown as clocks in China show them (UTC+8), such as `2026-11-22 09:30`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

from domain.values import CASE_CATEGORIES
from wording.closing import CLOSING_SENTENCES
from wording.fields import EVIDENCE
from wording.kinds import WORDS_OF_KINDS, all_words
from wording.labels import LABELS, Both, Language, clock_label, label
from wording.notices import ANY_NOTICE, NOTICE_TEXTS
from wording.oversight import OVERSIGHT_SENTENCES
from wording.pairing import PAIRING_SENTENCES
from wording.promising import owed_text, owed_until_text, promised_text, tallies_text, yuan_text
from wording.registry import REGISTRY_SENTENCES
from wording.task import HANDLING_SENTENCES
from wording.template import WordingBroken, fill

__all__ = [
    "LIMIT_UNITS",
    "SENTENCES",
    "Language",
    "Names",
    "OpaqueNames",
    "WordingBroken",
    "WordingUnknown",
    "clock_label",
    "deadline_text",
    "instant_shown",
    "label",
    "limit_text",
    "notice_text",
    "sentence",
]

SENTENCES: dict[str, Both] = {
    **HANDLING_SENTENCES,
    **CLOSING_SENTENCES,
    **PAIRING_SENTENCES,
    **REGISTRY_SENTENCES,
    **OVERSIGHT_SENTENCES,
    **all_words("sentences"),
}
"""Every kind of fact with its sentence, Chinese and English."""

_VALUES_OF_KINDS = {name: show for words in WORDS_OF_KINDS for name, show in words.values.items()}

_OFFICE_FILES = "application/vnd.openxmlformats-officedocument."
_MEDIA = {
    f"{_OFFICE_FILES}wordprocessingml.document": "Word",
    f"{_OFFICE_FILES}spreadsheetml.sheet": "Excel",
    "application/msword": "Word",
    "application/vnd.ms-excel": "Excel",
    "text/plain": "TXT",
}
"""What people call a type of file whose name does not end in it."""

SEALED: Both = ("〔已密封〕", "[sealed]")

CHINA = timezone(timedelta(hours=8), "UTC+8")

_LIMIT = re.compile(r"^(\d+)(wd|wh|d|h|min|s)$")
LIMIT_UNITS: dict[str, tuple[str, str, str]] = {
    "wd": ("个工作日", "working day", "working days"),
    "wh": ("个工作小时", "working hour", "working hours"),
    "d": ("天", "day", "days"),
    "h": ("小时", "hour", "hours"),
    "min": ("分钟", "minute", "minutes"),
    "s": ("秒", "second", "seconds"),
}
"""What the units of a limit are called: in Chinese, of one in English, of several."""


_STOP_TOO_MANY = re.compile(r"。(?=[。，；）])")
_UNCHANGED = re.compile(r"(?<![^：: ])([^\W\d][\w ]*) → \1(?![^，, ])")
"""A change that changed nothing: a card is reminded of, and stays what it is."""


class WordingUnknown(Exception):
    """A kind of fact has no sentence; it must be added before the kind may be recorded."""


class Names(Protocol):
    """Turns references into what may be shown to this reader; never raises."""

    def unit(self, code: str, language: Language) -> str:
        """Return the unit's name."""
        ...

    def person(self, reference: str, language: Language) -> str:
        """Return the name of a person in service or a resident, or an opaque placeholder."""
        ...

    def category(self, code: str, language: Language) -> str:
        """Return the label of a service category."""
        ...

    def ground(self, code: str, language: Language) -> str:
        """Return the label of an item of one of the pack's closed lists."""
        ...

    def place(self, code: str, language: Language) -> str:
        """Return the name of a division."""
        ...

    def case(self, stream: str, language: Language) -> str:
        """Return what a task or pairing is called, such as its work-order number."""
        ...

    def opened(self, sealed: Mapping[str, Any]) -> str | None:
        """Return the sealed text when this reader may see it and it was not erased."""
        ...


def item_text(item: str, names: Names, language: Language) -> str:
    """Return an item of a list, with the category it is about if any (`ITEM/MEAL`)."""
    code, _, category = item.partition("/")
    shown = names.ground(code, language)
    if not category:
        return shown
    service = names.category(category, language)
    return f"{shown} ({service})" if language == "en" else f"{shown}（{service}）"


class OpaqueNames:
    """Knows nobody: codes as they stand, and opaque placeholders for people."""

    def unit(self, code: str, language: Language) -> str:
        """Return the code."""
        del language
        return code

    def person(self, reference: str, language: Language) -> str:
        """Return 工作人员 or 居民 with the last four digits of the opaque id."""
        kind, _, number = reference.partition("/")
        both = ("居民", "resident") if kind == "subject" else ("工作人员", "staff member")
        return f"{both[language == 'en']} {number[-4:]}"

    def category(self, code: str, language: Language) -> str:
        """Return the code."""
        del language
        return code

    def ground(self, code: str, language: Language) -> str:
        """Return the code."""
        del language
        return code

    def place(self, code: str, language: Language) -> str:
        """Return the code."""
        del language
        return code

    def case(self, stream: str, language: Language) -> str:
        """Return the kind of case with the last four digits of its opaque id."""
        kind, _, number = stream.partition("/")
        return f"{label(kind, language, among='CaseKind')} {number[-4:]}"

    def opened(self, sealed: Mapping[str, Any]) -> str | None:
        """Open nothing."""
        del sealed
        return None


def sentence(
    kind: str,
    fact: Mapping[str, Any],
    names: Names,
    language: Language = "zh",
    deadlines: Callable[[Mapping[str, Any]], str] | None = None,
) -> str:
    """Return the one sentence that tells *fact*, the fields of an entry as JSON has them.

    *deadlines* shows a deadline to a reader who is given more of its reason than it says itself.
    Raises `WordingUnknown` for a kind that has no sentence.
    """
    both = SENTENCES.get(kind)
    if both is None:
        raise WordingUnknown(
            f"the fact kind {kind!r} has no sentence; expected one of the {len(SENTENCES)} kinds "
            "listed in docs/facts.md: is this program older than the ledger?"
        )
    shown = _Shown(names, language)
    if deadlines is not None:
        shown.by_name["deadline"] = deadlines
    # An opened text brings the full stop its writer gave it.
    told = _STOP_TOO_MANY.sub("", fill(both[language == "en"], fact, shown))
    return _UNCHANGED.sub(r"\1（不变）" if language == "zh" else r"\1 (unchanged)", told)


def notice_text(template: str, values: Mapping[str, str], names: Names | None = None) -> Both:
    """Return the text of a notice in Chinese and English.

    A template this version does not know becomes a plain sentence that names the case.
    """
    both = NOTICE_TEXTS.get(template, ANY_NOTICE)
    with_all = {"case": "", "template": template, **values}
    known = names or OpaqueNames()
    return (
        fill(both[0], with_all, _Shown(known, "zh")),
        fill(both[1], with_all, _Shown(known, "en")),
    )


def instant_shown(value: str | datetime) -> str:
    """Return an instant as clocks in China show it; seconds only where there are any."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(CHINA)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def limit_text(limit: str, language: Language = "zh") -> str:
    """Return a limit such as `10wd` in words: 10 个工作日."""
    found = _LIMIT.match(limit)
    if found is None:
        return limit
    number, unit = found.groups()
    zh, one, many = LIMIT_UNITS[unit]
    return f"{number} {zh}" if language == "zh" else f"{number} {one if number == '1' else many}"


_TO_THE_MINUTE = len("2026-11-22 09:30")


def deadline_text(deadline: Mapping[str, Any], language: Language = "zh") -> str:
    """Return a deadline with its reason: how long, since when, by which calendar, until when."""
    limit = str(deadline["limit"])
    length = limit_text(limit, language)
    since, until = (instant_shown(deadline[end]) for end in ("counted_from", "due"))
    if not limit.endswith(("s", "min")):
        since, until = since[:_TO_THE_MINUTE], until[:_TO_THE_MINUTE]
    calendar = str(deadline["calendar"]).partition("@")[0]
    by_calendar = limit.endswith(("wd", "wh"))
    if language == "zh":
        reason = f"，按 {calendar} 日历" if by_calendar else ""
        provisional = "（暂定）" if deadline.get("provisional") else ""
        return f"{length}，自 {since} 起{reason}：{until} 到期{provisional}"
    reason = f", by calendar {calendar}" if by_calendar else ""
    provisional = " (provisional)" if deadline.get("provisional") else ""
    return f"{length} from {since}{reason}: due {until}{provisional}"


def _last_digits(reference: str) -> str:
    """Return the last four digits of an opaque id, of somebody the sentence says who they are."""
    return reference[-4:]


def _met(met: bool) -> str:
    return "met" if met else "not met"


class _Shown:
    """Shows one value in the way a renderer's name asks for, to one reader in one language."""

    def __init__(self, names: Names, language: Language) -> None:
        self.names = names
        self.language = language
        self.by_name: dict[str, Callable[[Any], str]] = {
            "text": str,
            "unit": lambda code: names.unit(code, language),
            "units": lambda codes: self._listed(names.unit(code, language) for code in codes),
            "codes": lambda codes: self._listed(
                names.unit(code, language) for code in str(codes).split(", ")
            ),
            "person": lambda reference: names.person(reference, language),
            "people": lambda some: self._listed(names.person(one, language) for one in some),
            "agent": _last_digits,
            "agents": lambda some: self._listed(_last_digits(one) for one in some),
            "recipient": self._recipient,
            "holder": self._reference,
            "references": lambda some: self._listed(self._reference(one) for one in some),
            "counts": lambda some: self._listed(
                f"{label(str(one['name']), language, among='Count')} {one['number']}"
                for one in some
            ),
            "lines": lambda text: self._listed(
                line.strip() for line in str(text).splitlines() if line.strip()
            ),
            "category": lambda code: names.category(code, language),
            "categories": lambda codes: self._listed(
                names.category(code, language) for code in codes
            ),
            "ground": lambda code: names.ground(code, language),
            "grounds": lambda codes: self._listed(names.ground(code, language) for code in codes),
            "cause": self._cause,
            "place": lambda code: names.place(code, language),
            "places": lambda codes: self._listed(names.place(code, language) for code in codes),
            "to_verify": lambda items: self._listed(
                f"{self._item(item['item'])} → {names.unit(item['unit'], language)}"
                for item in items
            ),
            "to_verify_one": self._item,
            "plan": lambda items: self._listed(self._succession(item) for item in items),
            "case": lambda stream: names.case(stream, language),
            "clock": lambda name: clock_label(name, language),
            "deadline": lambda deadline: deadline_text(deadline, language),
            "instant": instant_shown,
            "limit": lambda limit: limit_text(limit, language),
            "sealed": self._sealed,
            "evidence": lambda code: EVIDENCE.get(code, (code, code))[language == "en"],
            "media": lambda media: _MEDIA.get(media, media.rpartition("/")[2].upper()),
            "money": self._money,
            "promised": lambda promised: promised_text(promised, language),
            "owed": lambda owed: owed_text(owed, language),
            "owed_until": lambda owed: owed_until_text(owed, language),
            "tallies": lambda tallies: tallies_text(tallies, language),
            "count": lambda items: str(len(items)),
            "list": lambda items: self._listed(str(item) for item in items),
            "budget": lambda items: self._listed(
                f"{names.ground(item['source'], language)} {self._money(item['cents'])}"
                for item in items
            ),
            "capacity": lambda items: self._listed(
                f"{names.category(item['function'], language)} {item['places']}" for item in items
            ),
            "operators": lambda items: self._listed(self._operator(item) for item in items),
            "checked": lambda items: self._listed(self._checked(item) for item in items),
            "users_go": lambda items: self._listed(self._users_go(item) for item in items),
            "numbers": lambda items: self._listed(str(item) for item in items),
            "titles": lambda items: self._listed(str(item["title"]) for item in items),
            "successors": lambda items: self._listed(
                f"{names.case(item['task'], language)} → {names.unit(item['unit'], language)}"
                for item in items
            ),
        }

    def __call__(self, value: Any, renderer: str) -> str:
        name, _, among = renderer.partition(".")
        if name == "label":
            return label(str(value), self.language, among=among)
        show = self.by_name.get(name)
        if show is None and name in _VALUES_OF_KINDS:
            return _VALUES_OF_KINDS[name](value, self.names, self.language)
        if show is None:
            raise WordingBroken(f"no way of showing is called {renderer!r}")
        return show(value)

    def _listed(self, parts: Any) -> str:
        return ("、" if self.language == "zh" else ", ").join(parts)

    def _sealed(self, sealed: Mapping[str, Any]) -> str:
        opened = self.names.opened(sealed)
        return SEALED[self.language == "en"] if opened is None else opened

    def _item(self, item: str) -> str:
        return item_text(item, self.names, self.language)

    def _succession(self, item: Mapping[str, Any]) -> str:
        served = self.names.case(item["case"], self.language)
        if item["function"] is not None:
            served += f" {self.names.category(item['function'], self.language)}"
        return f"{served} → {self.names.case(item['successor'], self.language)}"

    def _money(self, cents: int) -> str:
        return yuan_text(cents, self.language)

    def _operator(self, operator: Mapping[str, Any]) -> str:
        """Return who runs which functions, how, and until when."""
        who = (
            self.names.case(operator["provider"], self.language)
            if operator.get("provider")
            else self.names.unit(operator["unit"], self.language)
        )
        functions = self._listed(
            self.names.category(code, self.language) for code in operator["functions"]
        )
        mode = label(operator["mode"], self.language, among="OperationMode")
        until = instant_shown(operator["term_end"])
        if self.language == "zh":
            return f"{who}（{functions}，{mode}，至 {until}）"
        return f"{who} ({functions}; {mode}; until {until})"

    def _checked(self, item: Mapping[str, Any]) -> str:
        name, met = self.names.ground(item["item"], self.language), item["met"]
        verdict = ("合格" if met else "不合格") if self.language == "zh" else _met(met)
        return f"{name} {verdict}"

    def _users_go(self, item: Mapping[str, Any]) -> str:
        to = item.get("arrangement") or self.names.case(str(item.get("facility")), self.language)
        return f"{self.names.category(item['function'], self.language)} → {to}"

    def _cause(self, code: str) -> str:
        """Return what raised the ladder: a named cause, or the clock that rang."""
        if code in LABELS["SupervisionCause"]:
            return label(code, self.language, among="SupervisionCause")
        return clock_label(code, self.language)

    def _reference(self, reference: str) -> str:
        """Return a reference by name where it has one, else as it stands."""
        kind, _, rest = reference.partition("/")
        match kind:
            case one if one in CASE_CATEGORIES:
                return self.names.case(reference, self.language)
            case "unit":
                return self.names.unit(rest, self.language)
            case "person" | "subject":
                return self.names.person(reference, self.language)
            case _:
                return reference

    def _recipient(self, reference: str) -> str:
        kind, _, rest = reference.partition("/")
        if kind == "unit":
            return self.names.unit(rest, self.language)
        if kind == "role":
            return label(rest, self.language, among="Role")
        return self.names.person(reference, self.language)
