"""The command line writes papers as its person may read them, and says what it cannot write."""

from pathlib import Path

import pytest

from cli.main import attempt
from documents import extra
from documents.task_order import SEALED
from runtime.settings import Settings
from tests.accounts import key_of
from tests.cli.test_command_line import Done, jiedui
from tests.console.conftest import Office
from tests.documents.conftest import Reader, docx_text
from tests.oversight.town import GRANDMOTHER


def run(folder: Path, *words: str) -> Done:
    return jiedui(folder, *words)


def test_without_a_key_sealed_texts_stay_sealed(
    office: Office, reader: Reader, carded: str, tmp_path: Path
) -> None:
    out, number = tmp_path / "交办单.pdf", office.number_of(carded)
    words = ("task", "document", number, "--kind", "order", "--out", str(out))
    done = run(tmp_path, *words, "--address", "https://jiedui.example.org/")
    assert done.returncode == 0, done.stderr
    shown = reader.flat(out.read_bytes())
    assert f"https://jiedui.example.org/tasks/{number}" in shown
    assert SEALED in shown
    for plain in (*GRANDMOTHER.values(), "请先电话联系"):
        assert plain not in shown
    again = run(tmp_path, *words)
    assert again.returncode == 2
    assert str(out) in again.stderr


def test_with_a_key_it_says_what_its_person_may_see_and_to_others_nothing(
    office: Office, carded: str, tmp_path: Path
) -> None:
    desk, out = office.town.books.desk, tmp_path / "order.docx"
    words = ("task", "document", carded, "--kind", "order", "--out", str(out), "--force")
    own = str(key_of(desk, office.person("D01"), tmp_path))
    other = str(key_of(desk, office.person("D02"), tmp_path))
    done = run(tmp_path, "--key", own, *words)
    assert done.returncode == 0, done.stderr
    assert GRANDMOTHER["text"] in docx_text(out.read_bytes())
    assert GRANDMOTHER["phone"] not in docx_text(out.read_bytes())
    before = out.read_bytes()
    refused = run(tmp_path, "--key", other, *words)
    assert refused.returncode == 1
    assert "case-unknown" in refused.stderr
    assert out.read_bytes() == before


def test_the_agreement_is_written_in_both_forms(
    office: Office, reader: Reader, pairing: str, tmp_path: Path
) -> None:
    office.house.catch_up()
    for form in ("pdf", "docx"):
        out = tmp_path / f"agreement.{form}"
        done = run(tmp_path, "pairing", "document", pairing, "--out", str(out))
        assert done.returncode == 0, done.stderr
        content = out.read_bytes()
        assert "楼道扶手工程" in (reader.flat(content) if form == "pdf" else docx_text(content))


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("--kind", "completion", "--out", "x.pdf"), 1, "no-document"),
        (("--kind", "order", "--out", "x.txt"), 2, ".docx"),
        (("--kind", "order", "--out", "nowhere/x.pdf"), 2, "无法写入"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(
    office: Office, carded: str, tmp_path: Path, words: tuple[str, ...], status: int, told: str
) -> None:
    *first, out = words
    done = run(tmp_path, "task", "document", carded, *first, str(tmp_path / out))
    assert done.returncode == status
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / out).exists()


def test_without_the_extra_a_sentence_says_what_to_install(
    office: Office,
    carded: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    monkeypatch.setenv("JIEDUI_HOME", str(Settings(home=tmp_path).home))
    out = tmp_path / "order.pdf"
    assert attempt(["task", "document", carded, "--kind", "order", "--out", str(out)]) == 2
    assert "pip install 'jiedui[documents]'" in capsys.readouterr().err
    assert not out.exists()
