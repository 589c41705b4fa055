"""The auditor's part of the demonstration: verify, prove, hand out, and check without the home.

Every step is a command an auditor could type, run as a program of its own. The last ones see only
the bundle and the policy file, and one of them a copy of the bundle with a single byte changed.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.playing import Playing

_PATIENCE_SECONDS = 120
OURS = (sys.executable, "-m", "cli.main")


@dataclass(frozen=True)
class Step:
    """One thing the auditor did: what it is called, what was expected, what was found."""

    zh: str
    en: str
    expected: str
    found: str

    @property
    def as_expected(self) -> bool:
        """Whether it went as it should."""
        return self.found == self.expected


def audited(home: Path, policy_file: Path, playing: Playing, stream: str | None) -> list[Step]:
    """Do what an auditor would, about the case *stream*; return every step with its outcome."""
    folder = home / "audit"
    folder.mkdir(mode=0o700)
    bundle, case, proof = (folder / name for name in ("bundle.zip", "case.json", "entry.proof"))
    auditor = playing.stage.cast.auditor()
    environment = {
        **os.environ,
        "JIEDUI_HOME": str(home),
        "JIEDUI_POLICY": "demo",
        "JIEDUI_ACCOUNT_KEY": str(playing.stage.accounts.key_of(auditor.person).absolute()),
    }
    trust = ("--policy", str(policy_file))
    steps = [
        step(
            ("联机核验：逐条、检查点、两家见证", "verify: entries, checkpoints, both witnesses"),
            [*OURS, "audit", "verify", *trust, "--json"],
            lambda told: "intact" if told["intact"] else "not-intact",
            environment,
        ),
        _made(
            ("导出证据包", "export an evidence bundle"),
            ("export", "evidence", "--out", bundle),
            environment,
        ),
    ]
    extended = playing.shown["pilot_extended"].streams
    steps += [
        step(
            ("复算试点冻结指标", "recount what a programme froze"),
            [*OURS, "audit", "pilots", one, "--json"],
            lambda told: str(told["verdict"]),
            environment,
            "agree",
        )
        for one in extended
    ]
    if stream is not None:
        newest = str(playing.stage.log.facts[stream][-1].position)
        steps += [
            _made(
                ("整案证明", "prove a whole case"),
                ("prove", "--case", stream, "--out", case),
                environment,
            ),
            _made(("单条证明", "prove one entry"), ("prove", newest, "--out", proof), environment),
        ]
    return [*steps, *_offline(folder, bundle, [case, proof], trust)]


def _offline(
    folder: Path, bundle: Path, proofs: Sequence[Path], trust: tuple[str, ...]
) -> list[Step]:
    """Check what was handed out with the verifiers that lie in it, and nothing else."""
    if not bundle.is_file():
        return []
    with zipfile.ZipFile(bundle) as opened:
        for name in ("verifier/jiedui_verify.py", "verifier/jiedui_verify.mjs"):
            opened.extract(name, folder)
    python = (sys.executable, "-I", str(folder / "verifier/jiedui_verify.py"))
    steps = [
        _verdict((f"离线核验 {file.name}", f"offline: {file.name}"), [*python, *trust, str(file)])
        for file in [bundle, *proofs]
        if file.is_file()
    ]
    if node := shutil.which("node"):
        steps.append(
            _verdict(
                ("第二核验程序（Node.js）", "the second verifier, Node.js"),
                [node, str(folder / "verifier/jiedui_verify.mjs"), *trust, str(bundle)],
            )
        )
    altered = _with_one_byte_changed(bundle, folder / "altered.zip")
    steps.append(
        _verdict(
            ("改动一个字节的副本必须被识破", "a copy with one byte changed must be found out"),
            [*python, *trust, str(altered)],
            "not-intact",
        )
    )
    return steps


def _with_one_byte_changed(bundle: Path, copy: Path) -> Path:
    """Write the bundle again with one digit of one entry changed, everything else in order."""
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "entries.jsonl":
                at = data.index(b'"version":1', len(data) // 2) + len(b'"version":')
                data = data[:at] + b"2" + data[at + 1 :]
            new.writestr(name, data)
    return copy


def _made(names: tuple[str, str], words: Sequence[object], environment: Mapping[str, str]) -> Step:
    command = [*OURS, "audit", *(str(word) for word in words), "--json"]
    return step(names, command, lambda _: "made", environment, "made")


def _verdict(names: tuple[str, str], command: list[str], expected: str = "intact") -> Step:
    return step(names, [*command, "--json"], lambda told: str(told["verdict"]), {}, expected)


def step(
    names: tuple[str, str],
    command: list[str],
    read: Callable[[dict[str, Any]], str],
    environment: Mapping[str, str],
    expected: str = "intact",
) -> Step:
    """Run *command* and return how it went; *read* says what its last line of JSON comes to."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_SECONDS,
        env=environment or None,
    )
    try:
        found = read(json.loads(done.stdout.strip().splitlines()[-1]))
    except (ValueError, IndexError, KeyError):
        found = (done.stderr.strip() or done.stdout.strip() or "no answer").splitlines()[-1]
    if found == "made" and done.returncode:
        found = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
    return Step(*names, expected, found)
