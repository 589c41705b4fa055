"""Files that arrive in pieces: on from where they were cut off, by one session alone, for a day."""

import stat
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from services.uploads import EACH_MAX, KEPT, PIECE_BYTES_MAX, Uploads
from tests.console.conftest import Browser, Office
from tests.console.test_acting import command_id
from tests.evidence.files import GPS_MARK, MEBIBYTE, jpeg, picture, scene
from tests.journeys.district import BUREAU

PIECE = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def in_hand(office: Office) -> str:
    """A task whose staff has begun: its address."""
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=office.person("S01"))
    return f"/tasks/{office.number_of(task)}"


def begun(browser: Browser, address: str, length: int, kind: str = "image/jpeg") -> str:
    answer = browser.post(f"{address}/uploads", length=length, media_type=kind)
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == "0"
    return str(answer.headers["location"])


def piece(browser: Browser, upload: str, at: int, content: bytes) -> httpx2.Response:
    headers = PIECE | {"Upload-Offset": str(at)}
    return browser.client.patch(upload, content=content, headers=headers)


def attached(browser: Browser, address: str, upload: str, **about: str) -> httpx2.Response:
    form = browser.get(f"{address}/attach_evidence").text
    about = {"label": "after", "on_site": "yes", "command_id": command_id(form)} | about
    name = upload.rpartition("/")[2]
    return browser.post(f"{address}/attach_evidence", upload=name, **about)


def test_a_file_cut_off_goes_on_and_is_the_same_file(office: Office, in_hand: str) -> None:
    """Sent in three pieces, one of them twice and one of them early: as if sent at once."""
    staff = office.browser("S01")
    photo = jpeg()
    upload = begun(staff, in_hand, len(photo))
    assert piece(staff, upload, 0, photo[:500]).headers["upload-offset"] == "500"
    assert piece(staff, upload, 900, photo[900:]).status_code == 409
    again = piece(staff, upload, 0, photo[:500])
    assert (again.status_code, again.headers["upload-offset"]) == (409, "500")
    asked = staff.client.head(upload)
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == (
        "500",
        str(len(photo)),
    )
    assert piece(staff, upload, 500, photo[500:]).status_code == 204
    assert attached(staff, in_hand, upload).status_code == 303
    plain = ("扶手.jpg", photo, "image/jpeg")
    form = staff.get(f"{in_hand}/attach_evidence").text
    about = {"label": "after", "command_id": command_id(form)}
    assert staff.post(f"{in_hand}/attach_evidence", document=plain, **about).status_code == 303
    first, second = (staff.get(f"{in_hand}/evidence/{at}/file").content for at in (1, 2))
    assert first == second
    assert GPS_MARK not in first


def test_a_file_that_has_not_arrived_whole_is_not_attached(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    photo = jpeg()
    upload = begun(staff, in_hand, len(photo))
    piece(staff, upload, 0, photo[:-1])
    refused = attached(staff, in_hand, upload)
    assert refused.status_code == 422
    assert "文件没有传完" in refused.text
    assert "佐证材料" not in staff.get(in_hand).text


def test_a_form_sent_twice_with_an_upload_is_one_fact(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    photo = jpeg()
    upload = begun(staff, in_hand, len(photo))
    piece(staff, upload, 0, photo)
    sent = command_id(staff.get(f"{in_hand}/attach_evidence").text)
    first, again = (attached(staff, in_hand, upload, command_id=sent) for _ in range(2))
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]


def test_only_the_session_that_began_an_upload_goes_on_with_it(
    office: Office, in_hand: str
) -> None:
    """Another session of the same person is as foreign as anybody; foreign is as absent."""
    staff = office.browser("S01")
    photo = jpeg()
    upload = begun(staff, in_hand, len(photo))
    piece(staff, upload, 0, photo[:100])
    absent = f"{in_hand}/uploads/{'A' * 22}"
    for number in ("S01", "B01", "D01", "D02", "W01", "A01"):
        other = office.browser(number, source="192.0.2.77")
        for ask in (
            lambda address, one=other: piece(one, address, 100, photo[100:]),
            lambda address, one=other: one.get(address),
            lambda address, one=other: one.client.head(address),
        ):
            foreign, none = ask(upload), ask(absent)
            assert foreign.status_code == none.status_code == 404
            assert foreign.text == none.text
            assert "upload-offset" not in foreign.headers
        if number == "S01":
            assert attached(other, in_hand, upload).status_code == 404
    assert piece(staff, upload, 100, photo[100:]).status_code == 204


def test_an_upload_is_of_one_task(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    upload = begun(staff, in_hand, 10)
    other = office.number_of(office.town.task())
    assert staff.get(f"/tasks/{other}/uploads/{upload.rpartition('/')[2]}").status_code == 404
    assert staff.post(f"/tasks/{other}/uploads", length=10).status_code == 404


def test_another_sites_page_begins_and_continues_nothing(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    upload = begun(staff, in_hand, 10)
    staff.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert staff.post(f"{in_hand}/uploads", length=10).status_code == 403
    assert piece(staff, upload, 0, b"x").status_code == 403


@pytest.mark.parametrize("length", ["0", "-1", "x", "", str(10 * MEBIBYTE + 1), "9" * 30])
def test_an_upload_has_a_length_a_file_may_have(office: Office, in_hand: str, length: str) -> None:
    assert office.browser("S01").post(f"{in_hand}/uploads", length=length).status_code == 422


def test_a_piece_is_bounded_and_stays_within_the_length(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    upload = begun(staff, in_hand, 3 * MEBIBYTE)
    assert piece(staff, upload, 0, bytes(PIECE_BYTES_MAX + 1)).status_code == 413
    short = begun(staff, in_hand, 10)
    assert piece(staff, short, 0, bytes(11)).status_code == 422
    assert piece(staff, short, 0, b"").status_code == 422
    headers = {"Upload-Offset": "0", "Content-Type": "text/plain"}
    assert staff.client.patch(short, content=b"x", headers=headers).status_code == 415
    assert staff.get(short).headers["upload-offset"] == "0"


def test_one_person_has_a_few_under_way(office: Office, in_hand: str) -> None:
    """One more, and the oldest of theirs is forgotten; nobody else's is."""
    staff, worker = office.browser("S01"), office.browser("S01", source="192.0.2.8")
    uploads = [begun(staff, in_hand, 10) for _ in range(EACH_MAX)]
    begun(worker, in_hand, 10)
    assert staff.get(uploads[0]).status_code == 404
    assert staff.get(uploads[1]).status_code == 200


def test_what_is_arriving_cannot_be_read_on_the_disk(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    words = b"GPS 23.1291 " * 40
    upload = begun(staff, in_hand, len(words))
    piece(staff, upload, 0, words)
    folder = office.house.uploads._folder
    (file,) = folder.iterdir()
    assert words[:12] not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_upload_is_gone_after_a_day(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    upload = begun(staff, in_hand, 10)
    piece(staff, upload, 0, b"x")
    folder = office.house.uploads._folder
    office.house.uploads._clock = lambda: datetime.now(UTC) + KEPT + timedelta(seconds=1)
    assert staff.get(upload).status_code == 404
    assert list(folder.iterdir()) == []


def test_what_an_ended_process_left_is_removed(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    piece(staff, begun(staff, in_hand, 10), 0, b"x")
    folder = office.house.uploads._folder
    tomorrow = datetime.now(UTC) + KEPT + timedelta(minutes=1)
    office.house.uploads = Uploads(folder, lambda: tomorrow)
    begun(staff, in_hand, 10)
    assert list(folder.iterdir()) == []


def test_a_file_that_is_refused_is_forgotten_and_another_may_come(
    office: Office, in_hand: str
) -> None:
    staff = office.browser("S01")
    upload = begun(staff, in_hand, 10, "image/gif")
    piece(staff, upload, 0, b"GIF89a\1\0\1\0")
    refused = attached(staff, in_hand, upload)
    assert refused.status_code == 422
    assert "evidence-kind" in refused.text
    assert 'name="upload" value=""' in refused.text
    assert staff.get(upload).status_code == 404


def test_a_document_that_is_text_is_a_file_and_no_sentence(office: Office, in_hand: str) -> None:
    staff = office.browser("S01")
    note = ("说明.txt", "现场情况说明一份".encode("gb18030"), "text/plain")
    note_utf8 = ("说明.txt", "现场情况说明一份".encode(), "text/plain")
    for document in (note, note_utf8):
        form = staff.get(f"{in_hand}/attach_evidence").text
        about = {"label": "paper", "command_id": command_id(form)}
        done = staff.post(f"{in_hand}/attach_evidence", document=document, **about)
        assert done.status_code == 303
    assert "情况说明一份" not in staff.get(in_hand).text
    assert staff.get(f"{in_hand}/evidence/2/file").content == note_utf8[1]


def test_photographs_stand_side_by_side_small_for_whoever_may_have_them_whole(
    office: Office, in_hand: str
) -> None:
    staff = office.browser("S01")
    for label in ("after", "before"):
        form = staff.get(f"{in_hand}/attach_evidence").text
        photo = ("a.jpg", picture("JPEG", scene(1600, 1200)), "image/jpeg")
        about = {"label": label, "command_id": command_id(form)}
        staff.post(f"{in_hand}/attach_evidence", document=photo, **about)
    shown = staff.get(in_hand).text
    before, after = shown.index("<figcaption>办理前"), shown.index("<figcaption>办理后")
    assert before < after
    small = staff.get(f"{in_hand}/evidence/1/thumbnail")
    assert small.headers["content-type"] == "image/jpeg"
    assert small.headers["cache-control"] == "no-store"
    assert small.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert len(small.content) < 20_000
    absent = staff.get(f"{in_hand}/evidence/9/thumbnail")
    for number in ("A01", "D02", "Z01"):
        foreign = office.browser(number).get(f"{in_hand}/evidence/1/thumbnail")
        assert (foreign.status_code, "image" in foreign.headers["content-type"]) == (404, False)
    assert absent.status_code == 404
