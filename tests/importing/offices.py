"""The cast of the import tests: small tables in every kind of file, and the sample district."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import xlsxwriter
import xlwt

from domain.policy import Policy
from domain.units import Unit, UnitKind
from importing.cells import folded
from importing.needs import NeedReader
from importing.places import Places
from importing.providers import ProviderReader
from importing.tables import Field

ROOT = Path(__file__).parents[2]
TIANHE = ROOT / "examples" / "tianhe"
ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
SINCE = datetime(2024, 1, 1, tzinfo=UTC)

FIELDS = (
    Field("code", ("编号", "code"), needs_column=True, needs_value=True, length_max=20),
    Field("text", ("内容", "text"), needs_column=True, length_max=50),
    Field("phone", ("电话",)),
)
HEADINGS = ("编号", "内容", "电话", "备注")
ROWS = (
    ("A-1", "扶手松动", "19900000001", "三楼"),
    ("A-2", "路灯不亮，\n两盏", "020-88880000", ""),
    ("A-3", "囍 𠮷 rare characters", "", "x"),
)


def gd_2022() -> Policy:
    """Return the default pack as it is shipped."""
    text = (ROOT / "policies" / "packs" / "gd-2022.json").read_text(encoding="utf-8")
    return Policy.model_validate_json(text)


def xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write *rows* as a workbook of one sheet."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("台账")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(at, column, value)
    return path


def xls(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write *rows* as a legacy workbook of one sheet."""
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("台账")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    workbook.save(str(path))
    return path


def delimited(
    path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """Write *rows* as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def street(code: str, name: str) -> Unit:
    """Return a street office."""
    return Unit(
        code=f"{code}-SO",
        name=f"天河区{name}街道办事处",
        kind=UnitKind.STREET_OFFICE,
        division=code,
        since=SINCE,
    )


def community(code: str, name: str) -> Unit:
    """Return a residents' committee."""
    return Unit(
        code=f"{code}-RC",
        name=name,
        kind=UnitKind.RESIDENTS_COMMITTEE,
        division=code,
        since=SINCE,
    )


PLACES = Places.of(
    (
        street("440106003", "车陂"),
        street("440106002", "员村"),
        street("440106019", "凤凰"),
        community("440106003015", "天河区车陂街道西湖社区居民委员会"),
        community("440106002034", "天河区员村街道美林海岸社区居民委员会"),
    )
)


def need_reader() -> NeedReader:
    """Return a reader that knows two streets with a community each, and one without."""
    return NeedReader(gd_2022().categories, PLACES, MONDAY, ZONE)


def provider_reader(units: Iterable[Unit]) -> ProviderReader:
    """Return a reader of providers that knows *units* and the default pack."""
    pack, standing = gd_2022(), list(units)
    assert pack.providers is not None
    return ProviderReader(
        places=Places.of(standing),
        zone=ZONE,
        categories=pack.categories,
        licences={one.code: one.label for one in pack.providers.licences},
        units={folded(word): one.code for one in standing for word in (one.name, one.code)},
    )
