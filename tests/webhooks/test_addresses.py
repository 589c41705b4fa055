"""No form of an inner address is spoken to, whatever a name says it leads to, and when."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.refusals import CommandRefused
from runtime import outgoing
from runtime.outgoing import AddressRefused, NotSent, Outgoing, is_inner, is_public
from services.webhooks import Webhooks
from tests.webhooks.conftest import LOCAL, Outlook, Receiver, receiving, until
from webhooks.addresses import why_refused
from webhooks.relay import Whom

INNER = (
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",  # noqa: S104 - refused here
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "100::1",
)
ODD_FORMS = (
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "localhost",
    "localhost.",
    "metadata",
    "portal",
    "a_b.example.org",
    "-a.example.org",
    "portal.example.org.",
    "portal.0x7f",
)


def written(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_refused_in_a_subscription_even_where_it_is_named(address: str) -> None:
    assert not is_public(address)
    url = f"https://{written(address)}/hook"
    assert why_refused(url, address, inner=False) == "address-not-public"


@pytest.mark.parametrize("address", INNER)
async def test_a_name_that_leads_to_an_inner_address_is_not_connected_to(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stub(host: str, port: int) -> list[str]:
        return [address]

    monkeypatch.setattr(outgoing, "looked_up", stub)
    line = Outgoing("https://portal.example.org/hook")
    with pytest.raises(NotSent, match="address-not-public"):
        await line.post(b"{}", {})
    await line.close()


@pytest.mark.parametrize("host", ODD_FORMS)
def test_a_host_in_an_odd_form_is_refused_even_where_it_is_named(host: str) -> None:
    assert why_refused(f"https://{host}/", host, inner=False) == "address-not-public"


@pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.1", "localhost"])
async def test_an_odd_form_is_judged_by_where_it_leads(host: str) -> None:
    """The same hosts, had they passed: the resolver of this machine makes 127.0.0.1 of them."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    assert {ipaddress.ip_address(one[4][0]).is_loopback for one in found} == {True}
    with pytest.raises((NotSent, AddressRefused)) as refused:
        await Outgoing(f"https://{host}/").post(b"{}", {})
    assert isinstance(refused.value, AddressRefused) or refused.value.detail == "address-not-public"


@pytest.mark.parametrize("address", [one for one in INNER if not is_inner(one)])
async def test_a_home_on_loopback_speaks_to_no_other_inner_address_either(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Least of all to where a cloud tells a machine its own secrets."""

    async def stub(host: str, port: int) -> list[str]:
        return [address]

    monkeypatch.setattr(outgoing, "looked_up", stub)
    line = Outgoing("http://portal.test/", inner=True)
    with pytest.raises(NotSent, match="address-not-public"):
        await line.post(b"{}", {})
    await line.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://portal.example.org/hook", None),
        ("https://portal.example.org:8443/hook", None),
        ("https://sub.gov.cn/hook", None),
        ("https://8.8.8.8/hook", None),
        ("http://portal.example.org/hook", "https-only"),
        ("https://other.example.org/hook", "host-not-allowed"),
        ("https://xportal.example.org/hook", "host-not-allowed"),
        ("https://gov.cn/hook", "host-not-allowed"),
        ("https://evilgov.cn/hook", "host-not-allowed"),
        ("https://portal.example.org.evil.test/hook", "host-not-allowed"),
        ("https://portal.example.org@evil.test/hook", "address-not-plain"),
        ("https://portal.example.org/?x=1", "address-not-plain"),
        ("file:///etc/passwd", "address-malformed"),
        ("gopher://portal.example.org/", "address-malformed"),
        ("https://portal.example.org:0/", "address-malformed"),
        ("https://portal.example.org:99999/", "address-malformed"),
        ("https://[::1/", "address-malformed"),
        ("https://", "address-malformed"),
    ],
)
def test_only_hosts_of_the_settings_are_told(url: str, why: str | None) -> None:
    assert why_refused(url, "portal.example.org, .gov.cn,8.8.8.8", inner=False) == why


def test_without_settings_nobody_is_told() -> None:
    assert why_refused("https://portal.example.org/", "", inner=False) == "host-not-allowed"


def test_a_refused_address_leaves_no_fact(outlook: Outlook) -> None:
    head = outlook.town.books.ledger.head()
    strict = Webhooks(outlook.town.books, outlook.store, Whom("portal.example.org"))
    for url in ("https://10.0.0.1/", "http://portal.example.org/", "https://other.example.org/"):
        with pytest.raises(CommandRefused, match="webhook-"):
            strict.subscribe(outlook.who, "区数据局", url, ["task"])
    assert outlook.town.books.ledger.head() == head


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """A resolver that gives other answers every time, and keeps what it was asked."""

    def answering(*answers: list[str]) -> list[str]:
        asked: list[str] = []

        async def stub(host: str, port: int) -> list[str]:
            asked.append(host)
            return answers[min(len(asked), len(answers)) - 1]

        monkeypatch.setattr(outgoing, "looked_up", stub)
        return asked

    return answering


async def test_what_was_judged_is_what_is_connected_to(
    outlook: Outlook, names: Callable[..., list[str]]
) -> None:
    """The name is asked for once: a second, other answer never gets its turn."""
    asked = names(["127.0.0.1"], ["169.254.169.254"])
    async with receiving(Receiver()) as portal:
        url = f"http://portal.test:{portal.port}/hook"
        done = outlook.service.subscribe(outlook.who, "区数据局", url, ["task_registered.v1"])
        portal.secret = done.secret
        outlook.town.task()
        async with outlook.relaying():
            await until(lambda: bool(portal.told))
            assert asked == ["portal.test"]
            await asyncio.to_thread(outlook.town.task)
            await until(lambda: outlook.reach(done).failures == 1)
    assert len(portal.told) == 1
    assert outlook.store.attempts(done.stream, 1)[0].outcome == "address-not-public"
    assert b"host: portal.test:" in portal.raw[0].lower()


async def test_one_inner_address_among_public_ones_is_enough_to_refuse(
    names: Callable[..., list[str]],
) -> None:
    names(["8.8.8.8", "127.0.0.1"])
    line = Outgoing("https://portal.example.org/")
    with pytest.raises(NotSent, match="address-not-public"):
        await line.post(b"{}", {})
    await line.close()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.mark.parametrize(("name", "arrives"), [("portal.test", True), ("other.test", False)])
async def test_the_certificate_must_be_that_of_the_name_not_of_the_address(
    outlook: Outlook, tmp_path: Path, names: Callable[..., list[str]], name: str, arrives: bool
) -> None:
    cert, key = certificate(tmp_path, name)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    names(["127.0.0.1"])
    async with receiving(Receiver(), ssl=serving) as portal:
        url = f"https://portal.test:{portal.port}/hook"
        done = outlook.service.subscribe(outlook.who, "区数据局", url, ["task_registered.v1"])
        portal.secret = done.secret
        outlook.town.task()
        async with outlook.relaying(Whom(LOCAL.hosts, inner=True, verify=trusting)):
            await until(lambda: bool(outlook.store.attempts(done.stream, 1)))
    outcome = outlook.store.attempts(done.stream, 1)[0].outcome
    assert (outcome == "delivered") is arrives
    assert bool(portal.told) is arrives
