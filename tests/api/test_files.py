"""Files through the API: evidence in pieces and whole, papers, and nothing for whom it is not."""

import base64

import httpx2
import pytest

from tests.api.conftest import Calling, Program
from tests.console.conftest import STAFF, Office
from tests.console.test_matrix import WORDS
from tests.console.test_uploads import in_hand
from tests.documents.conftest import pairing
from tests.evidence.files import GPS_MARK, jpeg

__all__ = ["in_hand", "pairing"]

PIECE = {"Content-Type": "application/offset+octet-stream"}
ABSENT_UPLOAD = "A" * 22


def begun(program: Program, task: str, length: int) -> str:
    answer = program.give(f"{task}/uploads", length=length, media_type="image/jpeg")
    assert answer.status_code == 201, answer.text
    where = str(answer.headers["location"])
    assert where.endswith(answer.json()["upload"])
    assert answer.headers["upload-offset"] == "0"
    return where.removeprefix("/api/v1")


def piece(program: Program, upload: str, at: int, content: bytes) -> httpx2.Response:
    headers = PIECE | {"Upload-Offset": str(at)}
    return program.client.patch(upload, content=content, headers=headers)


def attach(program: Program, task: str, upload: str, key: str = "k1") -> httpx2.Response:
    name = upload.rpartition("/")[2]
    return program.give(f"{task}/attach_evidence", key=key, label="after", upload=name)


def test_a_file_in_pieces_is_the_file_that_was_sent_whole(calling: Calling, in_hand: str) -> None:
    staff, photo = calling("S01"), jpeg()
    upload = begun(staff, in_hand, len(photo))
    assert piece(staff, upload, 0, photo[:500]).json()["offset"] == 500
    again = piece(staff, upload, 0, photo[:500])
    assert (again.status_code, again.json()["offset"]) == (409, 500)
    assert again.json()["type"].endswith("/offset-differs")
    unfinished = attach(staff, in_hand, upload)
    assert (unfinished.status_code, unfinished.json()["rule"]) == (409, "broken-file")
    assert staff.get(upload).json() == {
        "upload": upload.rpartition("/")[2],
        "offset": 500,
        "length": len(photo),
    }
    assert piece(staff, upload, 500, photo[500:]).json()["offset"] == len(photo)
    first = attach(staff, in_hand, upload)
    assert first.status_code == 200, first.text
    assert attach(staff, in_hand, upload).json() == first.json() | {"repeated": True}
    whole = base64.b64encode(photo).decode()
    sent = {"label": "after", "media_type": "image/jpeg", "document": whole}
    assert staff.give(f"{in_hand}/attach_evidence", key="k2", **sent).status_code == 200
    listed = staff.get(f"{in_hand}/evidence").json()["items"]
    assert [one["number"] for one in listed] == [1, 2]
    assert listed[0]["position"] == first.json()["position"]
    files = [staff.get(one["path"].removeprefix("/api/v1")) for one in listed]
    assert files[0].content == files[1].content
    assert GPS_MARK not in files[0].content
    assert files[0].headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in files[0].headers["content-security-policy"]


def test_a_file_stands_once(calling: Calling, in_hand: str) -> None:
    staff, photo = calling("S01"), jpeg()
    upload = begun(staff, in_hand, len(photo))
    piece(staff, upload, 0, photo)
    both = {"label": "after", "media_type": "image/jpeg", "document": "aGFsbG8="}
    name = upload.rpartition("/")[2]
    refused = staff.give(f"{in_hand}/attach_evidence", key="k", upload=name, **both)
    assert (refused.status_code, refused.json()["rule"]) == (422, "command-malformed")
    assert staff.get(f"{in_hand}/evidence").json() == {"items": []}


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [("application/json", b"x", 415), (PIECE["Content-Type"], b"x" * (1024 * 1024 + 1), 413)],
)
def test_a_piece_is_a_piece(
    calling: Calling, in_hand: str, kind: str, content: bytes, status: int
) -> None:
    staff = calling("S01")
    upload = begun(staff, in_hand, 5 * 1024 * 1024)
    headers = {"Content-Type": kind, "Upload-Offset": "0"}
    assert staff.client.patch(upload, content=content, headers=headers).status_code == status
    assert staff.get(upload).json()["offset"] == 0


@pytest.mark.parametrize("number", sorted(STAFF))
def test_an_upload_is_the_session_s_that_began_it(
    calling: Calling, in_hand: str, number: str
) -> None:
    staff, photo = calling("S01"), jpeg()
    upload = begun(staff, in_hand, len(photo))
    piece(staff, upload, 0, photo)
    absent = f"{in_hand}/uploads/{ABSENT_UPLOAD}"
    other = calling(number)
    for ask in (
        other.get,
        lambda address: piece(other, address, 0, photo[:10]),
    ):
        foreign, none = ask(upload), ask(absent)
        assert foreign.status_code == none.status_code == 404
        assert foreign.content == none.content
    if number == "S01":  # another session of the same person
        foreign = attach(other, in_hand, upload)
        assert foreign.status_code == 404
        assert foreign.content == attach(other, in_hand, absent).content
    assert attach(staff, in_hand, upload).status_code == 200


@pytest.mark.parametrize("number", sorted(STAFF))
def test_evidence_is_theirs_whose_the_words_are(
    calling: Calling, in_hand: str, number: str
) -> None:
    staff, photo = calling("S01"), jpeg()
    upload = begun(staff, in_hand, len(photo))
    piece(staff, upload, 0, photo)
    attach(staff, in_hand, upload)
    program = calling(number)
    for address in ("/evidence", "/evidence/1"):
        answer = program.get(f"{in_hand}{address}")
        if number in WORDS:
            assert answer.status_code == 200, answer.text
        else:
            assert answer.status_code == 404
            absent = program.get(f"/tasks/DQ4401062026010199999{address}")
            assert answer.content == absent.content
    assert program.get(f"{in_hand}/evidence/2").status_code == 404


def test_papers_are_handed_out_to_whom_the_case_is_shown(
    calling: Calling, office: Office, in_hand: str, pairing: str
) -> None:
    key = pairing.partition("/")[2]
    month = office.town.books.ledger.read(pairing)[0].recorded_at.strftime("%Y-%m")
    for number, address in (
        ("S01", f"{in_hand}/documents/order"),
        ("C01", f"/pairings/{key}/documents/agreement"),
        ("D01", f"/figures/{month}"),
    ):
        program = calling(number)
        paper = program.get(f"{address}.pdf")
        assert paper.status_code == 200, paper.text
        assert paper.content.startswith(b"%PDF-")
        assert paper.headers["content-type"] == "application/pdf"
        assert "filename*=UTF-8''" in paper.headers["content-disposition"]
        editable = program.get(f"{address}.docx")
        assert editable.content.startswith(b"PK")
        assert program.get(f"{address}.xlsx").status_code == 422
    none = calling("S01").get(f"{in_hand}/documents/completion.pdf")
    assert (none.status_code, none.json()["rule"]) == (409, "no-document")
    stranger = calling("D02")
    foreign = stranger.get(f"{in_hand}/documents/order.pdf")
    absent = stranger.get("/tasks/DQ4401062026010199999/documents/order.pdf")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    foreign = stranger.get(f"/pairings/{key}/documents/agreement.pdf")
    absent = stranger.get(f"/pairings/{key[:-4]}0000/documents/agreement.pdf")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert calling("D01").get("/figures/2099-01.pdf").status_code == 404


def test_whoever_is_signed_out_gets_no_file(calling: Calling, in_hand: str) -> None:
    nobody = calling()
    for method, path in (
        ("GET", f"{in_hand}/evidence"),
        ("GET", f"{in_hand}/evidence/1"),
        ("POST", f"{in_hand}/uploads"),
        ("GET", f"{in_hand}/uploads/{ABSENT_UPLOAD}"),
        ("PATCH", f"{in_hand}/uploads/{ABSENT_UPLOAD}"),
        ("GET", f"{in_hand}/documents/order.pdf"),
        ("GET", "/pairings/x/documents/agreement.pdf"),
        ("GET", "/figures/2026-01.pdf"),
    ):
        assert nobody.client.request(method, path).status_code == 401, path
