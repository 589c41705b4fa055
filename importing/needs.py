"""Rows of a problem ledger (问题台账) as needs that can be registered, or as problems.

What a resident said stays in memory: it is in no representation, no problem and no refusal.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from domain.policy import Category
from domain.task.commands import AnswerChannel, RequestType, Source
from domain.values import LEDGER_NUMBER
from importing.cells import folded, listed, moment, seen, telephones, visible, yes_or_no
from importing.places import Places
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Problem, Row, Table

TEXT_MAX = 4000

NEED_FIELDS = (
    Field(
        "ledger_row",
        ("台账编号", "问题编号", "工单编号", "ledger_row", "Ledger number"),
        length_max=60,
    ),
    Field("source", ("诉求来源", "问题来源", "source"), True, True, 40),
    Field("category", ("诉求类别", "服务类别", "问题类别", "category"), True, True, 40),
    Field("request_type", ("诉求类型", "request_type", "Request type"), length_max=40),
    Field("street", ("所属街道", "街道", "街镇", "street"), True, True, 60),
    Field("community", ("社区", "所属社区", "community"), length_max=60),
    Field("text", ("诉求内容", "问题描述", "text", "Content"), True, True, TEXT_MAX),
    Field("name", ("诉求人", "姓名", "诉求人姓名", "name", "Requester"), length_max=100),
    Field(
        "phone", ("联系电话", "手机号码", "联系方式", "电话", "phone", "Telephone"), length_max=40
    ),
    Field("address", ("住址", "地址", "详细地址", "address"), length_max=300),
    Field("urgent", ("是否紧急", "紧急程度", "urgent"), length_max=20),
    Field("safety", ("是否涉及安全", "安全隐患", "safety"), length_max=20),
    Field(
        "occurred_at",
        ("发现时间", "受理时间", "登记日期", "occurred_at", "Found at"),
        True,
        True,
        40,
    ),
    Field("matter", ("问题事项", "事项", "matter"), length_max=60),
    Field("answer_channel", ("期望反馈方式", "反馈方式", "answer_channel"), length_max=40),
)
"""The columns of a problem ledger; 台账编号 makes a second import of a changed file repeatable."""

SOURCES = {
    "居民提出": Source.RESIDENT,
    "居民反映": Source.RESIDENT,
    "居民来访": Source.RESIDENT,
    "居民来电": Source.RESIDENT,
    "社区发现": Source.COMMUNITY,
    "社区走访": Source.COMMUNITY,
    "网格员上报": Source.COMMUNITY,
    "党群服务中心征集": Source.CENTER,
    "党群服务中心": Source.CENTER,
    "12345转办": Source.HOTLINE,
    "12345热线": Source.HOTLINE,
    "热线转办": Source.HOTLINE,
    "城市体检": Source.URBAN_CHECKUP,
    "城区体检": Source.URBAN_CHECKUP,
    "结对项目": Source.PROJECT,
    "微心愿": Source.MICRO_WISH,
} | {folded(source): source for source in Source}

REQUEST_TYPES = {
    "": RequestType.HELP,
    "咨询": RequestType.CONSULT,
    "求助": RequestType.HELP,
    "建议": RequestType.SUGGESTION,
    "投诉": RequestType.COMPLAINT,
    "举报": RequestType.REPORT,
} | {folded(kind): kind for kind in RequestType}

CHANNELS = {
    "电话": AnswerChannel.PHONE,
    "电话回复": AnswerChannel.PHONE,
    "短信": AnswerChannel.SMS,
    "微信": AnswerChannel.LINK,
    "链接": AnswerChannel.LINK,
    "网络": AnswerChannel.LINK,
    "上门": AnswerChannel.VISIT,
    "当面": AnswerChannel.VISIT,
    "无需反馈": AnswerChannel.NONE,
    "不需反馈": AnswerChannel.NONE,
} | {folded(channel): channel for channel in AnswerChannel}

BY_TELEPHONE = frozenset({AnswerChannel.PHONE, AnswerChannel.SMS, AnswerChannel.LINK})
LEDGER_ROW = re.compile(LEDGER_NUMBER)
UNNAMED_TABLE = re.compile(r"(sheet|工作表|表|csv)?\d*")
"""What spreadsheet programs call a sheet that nobody named."""
STREET_DIGITS = 9


@dataclass(frozen=True)
class NeedRow:
    """A need ready to be registered: what `register_task` asks for, in plain texts still unsealed.

    *repeat_key* is the same when the same row is read again: the ledger number together with its
    street, year and table, else all that stands in the row. *said* are the fields with anything in
    them; *kept* says what was put beside the text, since no field of its own holds it.
    *occurred_at* has its offset; a date without a time means its midnight.
    """

    row: Row = field(repr=False)
    repeat_key: str
    said: frozenset[str]
    kept: tuple[str, ...]
    ledger_row: str | None
    source: Source
    category: str
    request_type: RequestType
    place: str
    matter: str
    urgent: bool
    safety: bool
    answer_channel: AnswerChannel
    occurred_at: datetime
    text: str = field(repr=False)
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    address: str | None = field(repr=False)

    @property
    def number(self) -> int:
        """The number of its row in the sheet."""
        return self.row.number


@dataclass(frozen=True)
class NeedRows:
    """What a table came to: needs in the order of the table, and the rows to be handed back."""

    good: tuple[NeedRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class NeedReader:
    """Reads needs with what the registry and the policy pack know.

    *matters* gives readable codes to matter labels; any other label gets a code by digest. *now*
    is the instant after which nothing can have been found; *zone* is the office's.
    """

    categories: Sequence[Category]
    places: Places
    now: datetime
    zone: tzinfo
    matters: Mapping[str, str] = field(default_factory=dict)

    def read(self, table: Table) -> NeedRows:
        """Return the needs of *table* and the rows that are not taken, every problem named."""
        labels, matters = category_labels(self.categories), folded_keys(self.matters)
        good: list[NeedRow] = []
        bad: list[BadRow] = []
        seen: set[str] = set()
        for row in table.rows:
            reading = Reading(row, self, labels, matters)
            need = reading.need()
            if need is not None and need.repeat_key in seen:
                if need.ledger_row:
                    reading.fault(
                        "ledger_row",
                        "ledger-row-twice",
                        "台账编号与本街道、本年度、本表前面的行重复；请改为唯一编号。",
                        "The ledger number stands in an earlier row of this street, year and "
                        "table; give each row its own.",
                    )
                else:
                    reading.problems.append(same_row(row))
            if need is None or reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
            else:
                seen.add(need.repeat_key)
                good.append(need)
        return NeedRows(tuple(good), tuple(bad))


@dataclass
class Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: NeedReader
    labels: Mapping[str, str]
    matters: Mapping[str, str]

    def need(self) -> NeedRow | None:
        """Return the need of this row, or None with the problems gathered."""
        source, category = self.source(), self.category()
        request_type, place = self.request_type(), self.place()
        phones, occurred_at = self.phones(), self.occurred_at()
        phone = phones[0] if phones else None
        urgent, safety = self.answer("urgent"), self.answer("safety")
        channel, ledger_row = self.channel(phone), self.ledger_row()
        kept = self.kept_beside(phones)
        text = "\n".join((self.cell("text"), *(line for _, line in kept)))
        if len(text) > TEXT_MAX:
            self.too_long_together()
        if self.problems:
            return None
        assert source is not None
        assert category is not None
        assert request_type is not None
        assert place is not None
        assert occurred_at is not None
        assert channel is not None
        return NeedRow(
            row=self.row,
            repeat_key=repeat_key(self.row, place, occurred_at.year, ledger_row),
            said=frozenset(name for name, text in self.row.cells.items() if text),
            kept=tuple(what for what, _ in kept),
            ledger_row=ledger_row,
            source=source,
            category=category,
            request_type=request_type,
            place=place,
            matter=matter_code(self.cell("matter"), self.matters),
            urgent=urgent,
            safety=safety,
            answer_channel=channel,
            occurred_at=occurred_at,
            text=text,
            name=self.cell("name") or None,
            phone=phone,
            address=self.cell("address") or None,
        )

    def source(self) -> Source | None:
        """Return where the need came from."""
        return self.word(
            "source",
            SOURCES,
            "unknown-source",
            (
                "诉求来源请填：居民提出、社区发现、党群服务中心征集、12345转办、城市体检、结对项目或微心愿。",
                (
                    "The source must be one of: resident, community, center, hotline, "
                    "urban_checkup, project, micro_wish."
                ),
            ),
        )

    def category(self) -> str | None:
        """Return the code of the category."""
        names = "、".join(category.label.zh for category in self.reader.categories)
        codes = ", ".join(category.code for category in self.reader.categories)
        return self.word(
            "category",
            self.labels,
            "unknown-category",
            (
                f"诉求类别不在清单内；可填：{names}。",
                f"The category is not on the list; it is one of: {codes}.",
            ),
        )

    def request_type(self) -> RequestType | None:
        """Return the kind of request; an empty cell asks for help."""
        return self.word(
            "request_type",
            REQUEST_TYPES,
            "unknown-request-type",
            (
                "诉求类型请填：咨询、求助、建议、投诉或举报。",
                "The request type must be one of: consult, help, suggestion, complaint, report.",
            ),
        )

    def place(self) -> str | None:
        """Return the division code of the community, or of the street where none is named."""
        street = self.reader.places.street(self.cell("street"))
        if street is None:
            self.fault(
                "street",
                "unknown-street",
                "名册中没有这个街道；请填写现行街道全称。",
                "The registry has no such street; write its full present name.",
            )
            return None
        if not self.cell("community"):
            return street
        community = self.reader.places.community(self.cell("community"), street)
        if community is None:
            self.fault(
                "community",
                "unknown-community",
                "该街道名册中没有这个社区；请核对街道与社区是否对应。",
                "The registry has no such community in that street; check that both belong "
                "together.",
            )
        return community

    def phones(self) -> tuple[str, ...]:
        """Return the telephone numbers as digits, none where none is given."""
        found = telephones(self.cell("phone"))
        if found is None:
            self.fault(
                "phone",
                "not-a-phone",
                "联系电话不是有效号码；请填11位手机号、带区号的座机号（如 020-87654321）、"
                "400 号码，或 +852、+853 的号码；没有电话请填“无”，两个号码之间用“/”隔开。",
                "This is no telephone number; write 11 digits of a mobile, a landline with its "
                "area code (020-87654321), a 400 number, or one with +852 or +853; 无 for none, "
                "a stroke between two.",
            )
        return found or ()

    def faulted(self, name: str) -> bool:
        """Say whether the cell of the field *name* has a problem already."""
        return any(problem.field == name for problem in self.problems)

    def kept_beside(self, phones: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return what is put beside the text, and the line that says it.

        No field of a need holds a second telephone number or the words of a matter that has no
        code; both stand sealed with what the resident said.
        """
        kept = [("second-telephone", f"〔另有电话 {phone}〕") for phone in phones[1:]]
        label = " ".join(seen(self.cell("matter")).split())
        if label and folded(label) not in self.matters:
            kept.append(("matter-words", f"〔问题事项 {label}〕"))
        return kept

    def too_long_together(self) -> None:
        """Fault a text that is too long with what is put beside it."""
        self.fault(
            "text",
            "too-long",
            f"“诉求内容”连同另附的电话、事项超过{TEXT_MAX}个字；请精简，详情另附材料。",
            f"The text with what is put beside it is longer than {TEXT_MAX} characters; shorten "
            "it and attach the rest.",
        )

    def occurred_at(self) -> datetime | None:
        """Return when the need was found."""
        found = moment(self.cell("occurred_at"), self.reader.zone)
        if found is None:
            self.fault(
                "occurred_at",
                "not-a-date",
                "发现时间不是有效日期；请按 2026-11-03 或 2026-11-03 14:30 填写，年份写四位；"
                "若显示为五位数字，请把该列设为日期格式。",
                "This is no date; write it as 2026-11-03 or 2026-11-03 14:30, the year with four "
                "digits; where five digits are shown, format the column as dates.",
            )
        elif found > self.reader.now:
            self.fault(
                "occurred_at",
                "date-ahead",
                "发现时间晚于今天；请核对年份。",
                "The date lies ahead of today; check the year.",
            )
        return found

    def answer(self, name: str) -> bool:
        """Return a yes or no."""
        found = yes_or_no(self.cell(name))
        if found is None:
            self.fault(name, "not-yes-or-no", "请填“是”或“否”。", "Write 是 (yes) or 否 (no).")
        return bool(found)

    def channel(self, phone: str | None) -> AnswerChannel | None:
        """Return how the resident wishes to be asked; left empty, by telephone if there is one."""
        if not self.cell("answer_channel"):
            return AnswerChannel.PHONE if phone else AnswerChannel.NONE
        found = listed(self.cell("answer_channel"), CHANNELS)
        if found is None:
            self.fault(
                "answer_channel",
                "unknown-channel",
                "期望反馈方式请填：电话、短信、微信、上门或无需反馈。",
                "The answer channel must be one of: phone, sms, link, visit, none.",
            )
        elif found in BY_TELEPHONE and phone is None and not self.faulted("phone"):
            self.fault(
                "answer_channel",
                "channel-needs-phone",
                "按此方式反馈需要联系电话；请补填电话或改选“上门”“无需反馈”。",
                "This way of answering needs a telephone number; add one, or choose visit or none.",
            )
        return found

    def ledger_row(self) -> str | None:
        """Return the ledger number, or None where the table has none."""
        text = " ".join(visible(self.cell("ledger_row")).split())
        if text and LEDGER_ROW.fullmatch(text) is None:
            self.fault(
                "ledger_row",
                "not-a-ledger-row",
                "台账编号只能用汉字、字母、数字和 - _ . / : @ # 〔〕等括号，最多60位。",
                "A ledger number holds Chinese characters, letters, digits, - _ . / : @ # and "
                "brackets only, at most 60.",
            )
        return text or None


def repeat_key(row: Row, place: str, year: int, ledger_row: str | None) -> str:
    """Return what makes the row the same when it is read again.

    A ledger number tells rows apart within one street, one year and one table; the sheet's name
    is the table's, where anybody gave it one.
    """
    if ledger_row is None:
        told = "\x1f".join(f"{name}\x1e{text}" for name, text in sorted(row.cells.items()) if text)
        return f"row/{hashlib.sha256(told.encode()).hexdigest()}"
    table = "" if UNNAMED_TABLE.fullmatch(folded(row.sheet)) else folded(row.sheet)
    return f"{place[:STREET_DIGITS]}/{year}/{table}/{folded(ledger_row)}"


def same_row(row: Row) -> Problem:
    """Return the problem of a row without a number that says what an earlier one says."""
    return Problem(
        f"{row.place}{row.number}",
        "",
        "row-twice",
        "与前面的行完全相同；确为两件事的，请填写台账编号加以区分。",
        "The row says what an earlier one says; where both are meant, give them ledger numbers.",
    )


def category_labels(categories: Sequence[Category]) -> dict[str, str]:
    """Return every way to write a category: its code, its label, and the parts of its label."""
    found: dict[str, str] = {}
    for category in categories:
        parts = re.split(r"[/、+＋()（）“”]", category.label.zh)
        for word in (category.code, category.label.zh, category.label.en, *parts):
            if folded(word):
                found.setdefault(folded(word), category.code)
    return found


def folded_keys(words: Mapping[str, str]) -> dict[str, str]:
    """Return *words* with their keys as they are compared."""
    return {folded(key): value for key, value in words.items()}


def matter_code(label: str, matters: Mapping[str, str]) -> str:
    """Return the code of a matter: from the list, or `m-` and ten digits of the label's SHA-256.

    A label names a matter, never a person, so its digest gives nobody away; the same label gives
    the same code in every file. No label is `general`.
    """
    key = folded(label)
    if not key:
        return "general"
    return matters.get(key) or f"m-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
