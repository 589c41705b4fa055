"""The signer signs what the ledger has become, and never against what it signed before."""

import contextlib
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publishing import signer
from publishing.signer import SigningRefused, keys_on_record
from tests.ledger.postgres import PostgresServer
from tests.publishing.stage import ORIGIN, Office, rewrite
from transparency.checkpoints import read_checkpoint
from transparency.keys import SigningKeyRefused
from transparency.merkle import leaf_hash, root_of
from transparency.notes import read_note
from transparency.proofs import verify_consistency


def _root(office: Office, size: int) -> bytes:
    return root_of(leaf_hash(entry.body) for entry in office.books.ledger.log(limit=size))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path / "home") as opened:
        yield opened


def test_a_checkpoint_covers_every_entry_and_names_its_suite(office: Office) -> None:
    office.work(3)
    signed = office.sign()
    assert signed is not None
    # The key itself is the fourth entry: introduced before it signs.
    assert (signed.origin, signed.size) == (ORIGIN, 4)
    assert signed.root == _root(office, 4)
    assert signed.extensions == ("suite SHA-256+Ed25519",)
    stored = office.publisher.checkpoints.newest()
    assert stored is not None
    (key,) = keys_on_record(office.publisher.noting.standing())
    assert key.signed(read_note(stored.note)) is not None
    kept = office.publisher.folder.checkpoint(4)
    assert kept == read_note(stored.note)


def test_nothing_new_is_not_signed_again(office: Office) -> None:
    office.work(1)
    assert office.sign() is not None
    assert office.sign() is None
    office.restart()
    assert office.sign() is None


def test_the_key_file_is_for_its_owner_only(office: Office) -> None:
    office.work(1)
    office.sign()
    file = office.settings.log_key_path
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    office.work(1)
    with pytest.raises(SigningKeyRefused, match="chmod 600"):
        office.sign()


def test_a_lost_folder_is_written_again_from_the_ledger(office: Office) -> None:
    for _ in range(3):
        office.work(200)
        office.sign()
    before = {
        file.relative_to(office.settings.log_path): file.read_bytes()
        for file in office.settings.log_path.rglob("*")
        if file.is_file() and ".p" not in str(file) and not file.name.startswith(".")
    }
    shutil.rmtree(office.settings.log_path)
    office.restart()
    office.publisher.signer.check()
    after = {
        file.relative_to(office.settings.log_path): file.read_bytes()
        for file in office.settings.log_path.rglob("*")
        if file.is_file() and ".p" not in str(file) and not file.name.startswith(".")
    }
    assert after == before
    office.work(5)
    assert office.sign() is not None


def test_lost_checkpoints_of_the_database_come_back_from_the_folder(office: Office) -> None:
    office.work(5)
    office.sign()
    newest = office.publisher.checkpoints.newest()
    office.books.close()
    rewrite(office.home, "DELETE FROM checkpoints")
    office.restart()
    office.publisher.signer.check()
    healed = office.publisher.checkpoints.newest()
    assert newest is not None
    assert healed is not None
    assert (healed.size, healed.root, healed.note) == (newest.size, newest.root, newest.note)


REWRITINGS = {
    "an entry is edited": (
        "UPDATE entries SET body = CAST(replace(body, '已上门', '未上门') AS BLOB) "
        "WHERE position = 1"
    ),
    "the tail is cut off": "DELETE FROM entries WHERE position >= 4",
    "the newest entry is removed": "DELETE FROM entries WHERE position = 6",
    "the ledger is emptied": "DELETE FROM entries",
    "the middle is removed": "DELETE FROM entries WHERE position = 2",
}


@pytest.mark.parametrize("rewriting", REWRITINGS)
@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("lost", ["nothing", "the folder", "the table", "the tiles"])
def test_a_rewritten_ledger_is_refused(
    office: Office, rewriting: str, restarted: bool, lost: str
) -> None:
    """Either memory alone is enough: the database's checkpoints or the folder's."""
    office.work(6)
    before = office.sign()
    assert before is not None
    if restarted:
        office.books.close()
    rewrite(office.home, REWRITINGS[rewriting])
    if lost == "the table":
        rewrite(office.home, "DELETE FROM checkpoints")
    if lost == "the folder":
        shutil.rmtree(office.settings.log_path)
    if lost == "the tiles":
        shutil.rmtree(office.settings.log_path / "tile")
    if restarted or lost == "the folder":
        office.restart()
    folder = office.settings.log_path
    tiles_before = sorted(folder.rglob("tile/**/*"))
    with pytest.raises(SigningRefused) as refusal:
        office.sign()
    assert refusal.value.rule in {"ledger-altered", "ledger-shorter", "ledger-gap"}
    assert sorted(folder.rglob("tile/**/*")) == tiles_before, "nothing is written over the evidence"
    with pytest.raises(SigningRefused):
        office.publisher.signer.check()
    sizes = {each.size for each in office.publisher.checkpoints.above(-1)}
    assert sizes <= {before.size}


def test_a_ledger_with_more_entries_of_another_past_is_refused(
    office: Office, tmp_path: Path
) -> None:
    """A fork that is longer than what was signed is no continuation."""
    office.work(6)
    office.sign()
    office.books.close()
    with Office(tmp_path / "other") as other:
        other.work(20)
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (office.home / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "other" / "ledger.db", office.home / "ledger.db")
    office.restart()
    with pytest.raises(SigningRefused) as refusal:
        office.sign()
    assert refusal.value.rule in {"ledger-altered", "checkpoint-foreign"}


def test_an_old_entry_edited_in_a_long_log_is_found_in_a_few_rounds(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing looks at slices of the past; no round costs more because the log is long."""
    monkeypatch.setattr(signer, "_SLICE", 2 * 256)
    office.work(10 * 256)
    office.sign()
    rewrite(
        office.home,
        "UPDATE entries SET body = CAST(replace(body, '已上门', '未上门') AS BLOB) "
        "WHERE position = 1300",
    )
    refused = 0
    for _ in range(5):
        office.work(1)
        with contextlib.suppress(SigningRefused):
            office.sign()
            continue
        refused += 1
    assert refused >= 1
    office.restart()
    with pytest.raises(SigningRefused, match="1,280"):
        office.sign()


def test_damaged_tiles_are_named_and_come_back_when_moved_away(office: Office) -> None:
    office.work(300)
    office.sign()
    tile = office.settings.log_path / "tile" / "0" / "000"
    tile.write_bytes(tile.read_bytes()[:-32])
    office.restart()
    with pytest.raises(SigningRefused, match="tile/"):
        office.sign()
    shutil.rmtree(office.settings.log_path / "tile")
    office.restart()
    office.work(1)
    assert office.sign() is not None


def test_a_folder_of_another_log_is_refused(office: Office, tmp_path: Path) -> None:
    office.work(3)
    office.sign()
    with Office(tmp_path / "other", log_folder=office.settings.log_path) as other:
        other.work(20)
        with pytest.raises(SigningRefused):
            other.sign()


class Crashed(BaseException):
    """The process ends here."""


def _crash(office: Office, where: object, step: str) -> None:
    """Sign, end the process just before *step*, and begin anew."""

    def crash(*_: object, **__: object) -> None:
        raise Crashed

    setattr(where, step, crash)
    office.work(1)
    with contextlib.suppress(Crashed):
        office.sign()
    office.restart()


def test_what_a_crash_left_half_done_is_finished(office: Office) -> None:
    """A checkpoint that is stored is kept and shown; one that is not was never signed."""
    office.work(3)
    office.sign()
    _crash(office, office.publisher.folder, "keep")
    assert office.publisher.folder.newest_size() == 4
    office.publisher.signer.check()
    assert office.publisher.folder.newest_size() == 5
    _crash(office, office.publisher.checkpoints, "add")
    assert [each.size for each in office.publisher.checkpoints.above(-1)] == [4, 5]
    assert office.publisher.folder.newest_size() == 5
    signed = office.sign()
    assert signed is not None
    assert signed.size == 6


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as running:
        yield running


def test_it_is_the_same_on_postgresql(server: PostgresServer, tmp_path: Path) -> None:
    url = server.new_database()
    with Office(tmp_path / "home", url) as office:
        office.work(300)
        first = office.sign()
        assert first is not None
        assert first.size == 301
        shutil.rmtree(office.settings.log_path)
        office.restart()
        office.work(1)
        second = office.sign()
        assert second is not None
        assert second.root == _root(office, 302)
        with server.admin(url.partition("@/")[2].partition("?")[0]) as admin:
            admin.execute("ALTER TABLE entries DISABLE TRIGGER ALL")
            admin.execute("UPDATE entries SET body = body || 'x' WHERE position = 7")
        with pytest.raises(SigningRefused, match="ledger-altered"):
            office.sign()


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.sampled_from(
            [
                "work",
                "much work",
                "sign",
                "restart",
                "lose the folder",
                "lose tiles",
                "crash before the tiles",
                "crash before it is stored",
                "crash before it is kept",
            ]
        ),
        min_size=3,
        max_size=10,
    )
)
def test_every_checkpoint_extends_the_one_before(
    tmp_path_factory: pytest.TempPathFactory, history: list[str]
) -> None:
    """For any history of work, restarts and losses."""
    with Office(tmp_path_factory.mktemp("office") / "home") as office:
        office.work(1)
        for event in [*history, "work", "sign"]:
            match event:
                case "work":
                    office.work(2)
                case "much work":
                    office.work(300)
                case "sign":
                    office.sign()
                case "restart":
                    office.restart()
                case "lose the folder":
                    shutil.rmtree(office.settings.log_path)
                    office.restart()
                case "crash before the tiles":
                    _crash(office, office.publisher.folder.tiles, "append")
                case "crash before it is stored":
                    _crash(office, office.publisher.checkpoints, "add")
                case "crash before it is kept":
                    _crash(office, office.publisher.folder, "keep")
                case _:
                    shutil.rmtree(office.settings.log_path / "tile", ignore_errors=True)
        signed = list(office.publisher.checkpoints.above(-1))
        for before, after in pairwise(signed):
            proof = office.publisher.folder.tiles.consistency(before.size, after.size)
            verify_consistency(before.size, before.root, after.size, after.root, proof)
        for each in signed:
            assert each.root == _root(office, each.size)
            assert read_checkpoint(read_note(each.note)).root == each.root
