"""Papers as a reader of PDF and Word sees them, and cases of an office that papers are made of."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from desk.identifiers import new_uuid7
from documents.paper import Body, Paper, Stand
from tests.console.conftest import Office, approved, office
from tests.journeys.district import BUREAU, CENTER, STREET

__all__ = ["approved", "office"]


@dataclass(frozen=True)
class Reader:
    """Poppler, which is not ours, reading a PDF."""

    folder: Path

    def text(self, pdf: bytes, *options: str) -> str:
        return self._run("pdftotext", pdf, *options, "-enc", "UTF-8", "{}", "-")

    def flat(self, pdf: bytes) -> str:
        """Return all that is written, without the places lines end."""
        return re.sub(r"[\s\u200b]", "", self.text(pdf))

    def about(self, pdf: bytes) -> dict[str, str]:
        lines = self._run("pdfinfo", pdf, "-isodates", "{}").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def fonts(self, pdf: bytes) -> list[str]:
        return self._run("pdffonts", pdf, "{}").splitlines()[2:]

    def words(self, pdf: bytes) -> list[tuple[float, float, float, float]]:
        """Return where the words of the first page stand, in millimetres from its top left."""
        told = self.text(pdf, "-bbox", "-l", "1")
        found = re.findall(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)"', told)
        places = [[float(one) * 25.4 / 72 for one in word] for word in found]
        return [(left, top, right, bottom) for left, top, right, bottom in places]

    def _run(self, program: str, pdf: bytes, *arguments: str) -> str:
        file = self.folder / "read.pdf"
        file.write_bytes(pdf)
        told = [str(file) if one == "{}" else one for one in arguments]
        return subprocess.run([program, *told], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    if shutil.which("pdftotext") is None:
        if os.environ.get("CI"):
            pytest.fail("papers are read with Debian's poppler-utils")
        pytest.skip("poppler-utils is not installed")
    return Reader(tmp_path)


def docx_text(content: bytes) -> str:
    """Return what a docx says, tables included."""
    document = Document(BytesIO(content))
    told = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        cells = {cell._tc: cell.text for row in table.rows for cell in row.cells}
        told += cells.values()  # a cell that spans several columns is one
    return "\n".join(told)


def paper(*texts: str, stand: Stand) -> Paper:
    return Paper("石牌街道办事处", "试件", "编号 1", "", tuple(map(Body, texts)), None, stand)


@pytest.fixture
def pairing(office: Office) -> str:
    """A pairing whose three lists stand, whose project is claimed, and which two have signed."""
    town, stream = office.town, f"pairing/{new_uuid7()}"
    town.ask(
        stream,
        "draft_pairing",
        "center",
        center=CENTER,
        departments=[BUREAU],
        street=STREET,
        categories=["ELDER"],
        title="石牌街道养老服务结对",
        term_start="2027-01-01T00:00:00Z",
        term_end="2028-01-01T00:00:00Z",
        policy="gd-2022",
    )
    lists = (
        ("NEED", CENTER, "center", "加装扶手"),
        ("RESOURCE", BUREAU, "coordinator", "适老化"),
        ("PROJECT", CENTER, "center", "楼道扶手工程"),
    )
    for kind, unit, by, title in lists:
        item = {"code": f"{kind[0]}1", "title": title, "category": "ELDER"}
        town.ask(stream, "attach_list", by, list=kind, unit=unit, items=[item])
    town.ask(stream, "propose_pairing", "center")
    town.ask(stream, "accept_proposal", "coordinator")
    town.ask(stream, "accept_proposal", "dispatcher")
    town.ask(stream, "claim_project", "coordinator", item="P1", unit=BUREAU)
    policy = town.books.rulebook.rules(town.books.desk.neighbours).under("gd-2022").policy
    terms = [term.code for term in policy.pairing.mandatory_terms]
    for by in ("center", "coordinator"):
        town.ask(stream, "sign_agreement", by, terms=terms, signature="e-signature-abc")
    return stream


@pytest.fixture
def carded(office: Office) -> str:
    """A dispatched task against whose unit a supervisor has raised a yellow card."""
    town, task = office.town, office.town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="URGENT", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU, note="请先电话联系。")
    town.ask(task, "raise_card", "supervisor", colour="YELLOW", reason="老人跌倒过一次，请抓紧。")
    return task
