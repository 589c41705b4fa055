"""RFC 3161 tokens of a real, local authority: believed under its certificate, and only then."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from audit.offline.jiedui_verify import judge
from tests.audit.offline.forging import Export, flipped
from tests.audit.offline.home import Town
from tests.audit.offline.test_two_verifiers import agree

CONFIGURATION = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_digest = {digest}
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
[extensions]
extendedKeyUsage = critical,timeStamping
"""


def openssl(folder: Path, *words: str) -> None:
    program = shutil.which("openssl") or pytest.fail("the local authority needs openssl")
    subprocess.run([program, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    (folder / "serial").write_text("01\n")
    for digest in ("sha256", "sha384", "sha512"):
        text = CONFIGURATION.format(folder=folder, digest=digest)
        (folder / f"{digest}.cnf").write_text(text)
    words = "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=tsa -keyout key -out cert.pem"
    openssl(folder, *words.split(), "-config", "sha256.cnf", "-extensions", "extensions")
    openssl(folder, *["x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der"])
    other = "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=no -keyout no.key -out no.pem"
    openssl(folder, *other.split(), "-config", "sha256.cnf", "-extensions", "extensions")
    return folder


def stamped(authority: Path, text: bytes, digest: str = "sha256") -> bytes:
    (authority / "text").write_bytes(text)
    openssl(authority, *f"ts -query -data text -{digest} -cert -out query".split())
    words = f"ts -reply -queryfile query -config {digest}.cnf -section authority"
    openssl(authority, *words.split(), *["-signer", "cert.pem", "-inkey", "key", "-out", "token"])
    return (authority / "token").read_bytes()


def with_tokens(town: Town, authority: Path, digest: str = "sha256") -> Export:
    export = Export.read(town.bundle, random.Random(1))
    for size in export.sizes():
        text = export.files[f"checkpoints/{size}"].rpartition(b"\n\n")[0] + b"\n"
        export.files[f"timestamps/{size}.tsr"] = stamped(authority, text, digest)
    return export


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("certificate", ["cert.pem", "cert.der"])
def test_a_token_of_a_trusted_authority_counts(
    town: Town, authority: Path, tmp_path: Path, digest: str, certificate: str
) -> None:
    export = with_tokens(town, authority, digest)
    export.write(path := tmp_path / "stamped.zip")
    asked = [str(path), "--policy", str(town.policy), "--tsa-cert", str(authority / certificate)]
    (verdict,) = agree([asked], tmp_path)
    assert verdict["verdict"] == "intact", verdict["faults"]
    assert verdict["checked"]["timestamps"] == 4


def test_without_a_certificate_tokens_are_said_to_be_unchecked(
    town: Town, authority: Path, tmp_path: Path
) -> None:
    with_tokens(town, authority).write(path := tmp_path / "stamped.zip")
    verdict = judge([str(path), "--policy", str(town.policy)])
    assert verdict["verdict"] == "intact"
    assert any("4 time stamps were not checked" in note for note in verdict["notes"])


def test_a_token_of_anybody_else_or_for_anything_else_is_a_fault(
    town: Town, authority: Path, tmp_path: Path
) -> None:
    export = with_tokens(town, authority)
    first, second = export.sizes()[:2]
    names = [f"timestamps/{size}.tsr" for size in (first, second)]
    export.files[names[0]], export.files[names[1]] = (export.files[name] for name in names[::-1])
    export.write(path := tmp_path / "swapped.zip")
    policy = ["--policy", str(town.policy)]
    asked = [str(path), *policy, "--tsa-cert"]
    swapped, foreign = agree(
        [[*asked, str(authority / "cert.pem")], [*asked, str(authority / "no.pem")]], tmp_path
    )
    faults = [(fault["position"], fault["rule"]) for fault in swapped["faults"]]
    assert faults == [(first - 1, "timestamp"), (second - 1, "timestamp")]
    assert [fault["rule"] for fault in foreign["faults"]] == ["timestamp"] * 4


def test_both_verifiers_read_damaged_tokens_alike(
    town: Town, authority: Path, tmp_path: Path
) -> None:
    whole = with_tokens(town, authority)
    name = f"timestamps/{whole.sizes()[0]}.tsr"
    token, asked = whole.files[name], []
    for number in range(60):
        draw = random.Random(number)
        damaged = flipped(token, draw) if number % 3 else token[: draw.randrange(len(token))]
        whole.files[name] = damaged
        whole.write(path := tmp_path / f"{number}.zip")
        certificate = str(authority / "cert.pem")
        asked.append([str(path), "--policy", str(town.policy), "--tsa-cert", certificate])
    said = agree(asked, tmp_path)
    rules = {fault["rule"] for verdict in said for fault in verdict["faults"]}
    assert rules == {"timestamp"}
    assert sum(verdict["verdict"] == "not-intact" for verdict in said) > 20
