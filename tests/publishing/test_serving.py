"""The log is served as C2SP tlog-tiles: what the format names, and no other file."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from console.app import USUAL_ADDRESS
from publishing.serving import log_app
from serving.listening import AddressTaken, listening_as_set
from tests.publishing.stage import Office
from transparency.bundles import read_bundle
from transparency.checkpoints import read_checkpoint
from transparency.merkle import leaf_hash, root_of
from transparency.notes import read_note


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("office") / "home") as opened:
        opened.work(300)
        opened.sign()
        newest = opened.publisher.checkpoints.newest()
        assert newest is not None
        opened.publisher.folder.publish(read_note(newest.note))
        yield opened


@pytest.fixture(scope="module")
def client(office: Office) -> Iterator[TestClient]:
    served = Starlette(routes=[Mount("/log", log_app(office.settings.log_path))])
    with TestClient(served) as opened:
        yield opened


def test_a_stranger_computes_the_root_from_what_is_served(client: TestClient) -> None:
    """Checkpoint, tiles and bundles agree, read as any tool for tlog-tiles reads them."""
    answer = client.get("/log/checkpoint")
    checkpoint = read_checkpoint(read_note(answer.content))
    assert checkpoint.size == 301
    hashes = b"".join(client.get(f"/log/tile/0/{name}").content for name in ("000", "001.p/45"))
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert root_of(leaves) == checkpoint.root
    bodies: list[bytes] = []
    for name in ("000", "001.p/45"):
        bundle = client.get(f"/log/tile/entries/{name}", headers={"accept-encoding": "identity"})
        bodies += read_bundle(Path(name), bundle.content)
    assert [leaf_hash(body) for body in bodies] == leaves
    top = client.get("/log/tile/1/000.p/1").content
    assert top == root_of(leaves[:256])


def test_types_and_caching_are_those_of_the_format(client: TestClient) -> None:
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["cache-control"] == "public, max-age=2"
    signed = client.get("/log/checkpoints/301")
    assert signed.content == checkpoint.content
    for name in ("tile/0/000", "tile/entries/000"):
        tile = client.get(f"/log/{name}")
        assert tile.headers["content-type"] == "application/octet-stream"
        assert "immutable" in tile.headers["cache-control"]


def test_bundles_are_compressed_for_those_who_take_it(client: TestClient, office: Office) -> None:
    raw = (office.settings.log_path / "tile/entries/000").read_bytes()
    for wish, packed in (
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("", False),
    ):
        with client.stream(
            "GET", "/log/tile/entries/000", headers={"accept-encoding": wish}
        ) as answer:
            body = b"".join(answer.iter_raw())
            assert (answer.headers.get("content-encoding") == "gzip") is packed
            assert (gzip.decompress(body) if packed else body) == raw
            assert answer.headers["vary"] == "Accept-Encoding"


NOWHERE = (
    "",
    "/",
    "/log",
    "/log/",
    "/log/tile/size",
    "/log/.lock",
    "/log/checkpoints/",
    "/log/checkpoints/0301",
    "/log/checkpoints/301x",
    "/log/checkpoints/../../keys/log.key",
    "/log/../keys/log.key",
    "/log/%2e%2e/keys/log.key",
    "/log/tile/%2e%2e/%2e%2e/%2e%2e/keys/log.key",
    "/log/tile/0/..%2f..%2f..%2f..%2fkeys%2flog.key",
    "/log//etc/passwd",
    "/log/tile/0/000.p/0",
    "/log/tile/0/000.p/256",
    "/log/tile/64/000",
    "/log/tile/00/000",
    "/log/tile/0/x000/000",
    "/log/tile/0/0000",
    "/log/tile/0/000%00",
    "/log/tile/0/٠٠٠",
    "/log/tile/entries/999",
    "/ledger.db",
    "/log/ledger.db",
    "/docs",
)


@pytest.mark.parametrize("path", NOWHERE)
def test_no_other_file_has_an_address(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"PRIVATE" not in answer.content


def test_only_reading_is_possible(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, "/log/checkpoint").status_code == 405
    head = client.head("/log/checkpoint")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 100


def test_a_link_out_of_the_folder_is_not_followed(client: TestClient, office: Office) -> None:
    link = office.settings.log_path / "checkpoints" / "999999"
    link.symlink_to(office.settings.log_key_path)
    assert client.get("/log/checkpoints/999999").status_code == 404
    link.unlink()


def test_a_given_address_that_is_taken_is_refused_the_usual_one_is_not() -> None:
    with listening_as_set("JIEDUI_CONSOLE_ADDRESS", "127.0.0.1:0", USUAL_ADDRESS) as taken:
        host, port = taken.getsockname()
        with pytest.raises(AddressTaken, match=f"JIEDUI_CONSOLE_ADDRESS.*{host}:{port}"):
            listening_as_set("JIEDUI_CONSOLE_ADDRESS", f"{host}:{port}", USUAL_ADDRESS)
        with listening_as_set("JIEDUI_CONSOLE_ADDRESS", None, f"{host}:{port}") as second:
            assert second.getsockname()[1] not in {0, port}
