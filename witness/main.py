"""`jiedui-witness`: the witness as a command of its own, on a machine that has no jiedui home.

A folder holds all a witness is: its key (`witness.key`, 0600) and its memory (`witness.db`).
"""

import asyncio
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from serving.listening import AddressTaken, listening, serve_until_signalled, url_of
from transparency.keys import (
    COSIGNATURE_V1,
    ED25519,
    SigningKey,
    SigningKeyRefused,
    VerifierKey,
    VerifierKeyMalformed,
    load_key,
    make_key,
)
from witness.app import monitored, witness_app
from witness.store import StoreRefused, WitnessStore

KEY_FILE = "witness.key"
STORE_FILE = "witness.db"

_folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON。 Say it as JSON.")


class CannotTry(click.ClickException):
    """What was asked could not be tried; the exit status is 2."""

    exit_code = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def witness() -> None:
    """见证方：为另一单位的公开日志作见证，只增不改才签名。 Vouch for a log that only grows.

    A small program for another organisation; it needs no jiedui home and keeps no case.

    \b
    Exit status: 0 done; 1 the answer is no; 2 it could not be tried.
    """  # noqa: D301 - click reads the mark


@witness.command("init")
@_folder
@click.option(
    "--name", required=True, help="见证方名称，如 witness.example.org。 Its name for ever."
)
@_json
def init(folder: Path, name: str, as_json: bool) -> None:
    """在 FOLDER 生成见证密钥与数据文件，印出公钥。 Make a witness; print its public key.

    Repeatable: a witness that is there is left as it is.

    \b
    Exit status: 0 done; 2 it could not be tried (another witness is there, the name cannot be).
    """  # noqa: D301 - click reads the mark
    try:
        key = make_key(folder / KEY_FILE, name, COSIGNATURE_V1)
        WitnessStore(folder / STORE_FILE, create=True).close()
    except (SigningKeyRefused, StoreRefused, VerifierKeyMalformed) as problem:
        raise CannotTry(str(problem)) from None
    except OSError as problem:
        raise CannotTry(
            f"无法写入 {folder}（{problem.strerror}）。 {folder} cannot be written: "
            f"{problem.strerror}."
        ) from None
    vkey = key.verifier.vkey
    _say(
        as_json,
        {"name": name, "vkey": vkey},
        f"{vkey}\n请将上行公钥交给日志方，并向其索取日志公钥，再运行 trust。\n"
        "Give this public key to the log's operator, ask for the log's key, then run trust.",
    )


@witness.command("trust")
@_folder
@click.argument("vkey")
@click.option("--remove", is_flag=True, help="不再信任此公钥。 Trust it no more.")
@_json
def trust(folder: Path, vkey: str, remove: bool, as_json: bool) -> None:
    """信任一个日志公钥（轮换时可有多个）。 Trust a key of a log; several while it is rotated.

    \b
    Exit status: 0 done; 1 the key to be removed was not trusted; 2 it could not be tried.
    """  # noqa: D301 - click reads the mark
    try:
        key = VerifierKey.parse(vkey)
    except VerifierKeyMalformed as problem:
        raise CannotTry(str(problem)) from None
    if key.algorithm != ED25519:
        raise CannotTry(
            "这是见证公钥（0x04），应给出日志公钥（0x01）。 This is a witness's key (0x04); "
            "give the log's (0x01)."
        )
    store = _opened(folder)
    try:
        changed = store.distrust(key) if remove else store.trust(key)
    finally:
        store.close()
    if remove and not changed:
        click.echo(f"原未信任该公钥。 This key of {key.name} was not trusted.", err=True)
        raise click.exceptions.Exit(1)
    done = "已不再信任 No longer trusted" if remove else "已信任 Trusted"
    _say(as_json, {"origin": key.name, "vkey": vkey, "trusted": not remove}, f"{done}: {key.name}")


@witness.command("run")
@_folder
@click.option(
    "--address",
    default="127.0.0.1:8470",
    show_default=True,
    help="主机:端口，0 为任选端口；对外请置于 TLS 反向代理之后。 Put TLS in front of it.",
)
def run(folder: Path, address: str) -> None:
    """提供见证服务，直至 Ctrl-C。 Serve add-checkpoint until Ctrl-C.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """  # noqa: D301 - click reads the mark
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    key, store = _key(folder), _opened(folder)
    try:
        listener = listening(address)
    except AddressTaken as problem:
        store.close()
        raise CannotTry(str(problem)) from None
    told = f"见证方 {key.verifier.name} 已在 {url_of(listener)} 运行。 Witnessing."
    try:
        app = witness_app(store, key)
        asyncio.run(serve_until_signalled(app, listener, lambda: click.echo(told)))
    finally:
        store.close()


@witness.command("show")
@_folder
@_json
def show(folder: Path, as_json: bool) -> None:
    """公钥、各日志已见证到的大小、有争议的检查点。 The key, how far each log was seen, disputes.

    \b
    Exit status: 0 done; 1 a log has shown two histories; 2 it could not be tried.
    """  # noqa: D301 - click reads the mark
    key, store = _key(folder), _opened(folder)
    try:
        logs = [_log(store, origin) for origin in store.origins()]
    finally:
        store.close()
    lines = [f"见证方 Witness {key.verifier.vkey}"]
    for log in logs:
        size = "尚未见证 none yet" if log["size"] is None else f"{log['size']:,} 条 entries"
        lines.append(f"{log['origin']}  {size}  {log['path']}")
        lines += [f"  信任 trusts {vkey}" for vkey in log["trusted"]]
        lines += [
            f"  争议 disputed: {dispute['size']:,} 条, {dispute['ground']}, {dispute['at']}"
            for dispute in log["disputed"]
        ]
    told = {"vkey": key.verifier.vkey, "at": datetime.now(UTC).isoformat(), "logs": logs}
    _say(as_json, told, "\n".join(lines))
    if any(log["disputed"] for log in logs):
        raise click.exceptions.Exit(1)


def _log(store: WitnessStore, origin: str) -> dict[str, Any]:
    latest = store.latest(origin)
    return {
        "origin": origin,
        "path": monitored(origin),
        "trusted": [key.vkey for key in store.trusted(origin)],
        "size": None if latest is None else latest.size,
        "root": None if latest is None else latest.root.hex(),
        "note": None if latest is None else latest.note.decode(),
        "disputed": [
            {
                "size": dispute.size,
                "ground": dispute.ground,
                "at": dispute.at,
                "note": dispute.note.decode(),
            }
            for dispute in store.disputes(origin)
        ],
    }


def _key(folder: Path) -> SigningKey:
    try:
        return load_key(folder / KEY_FILE)
    except SigningKeyRefused as problem:
        raise CannotTry(str(problem)) from None


def _opened(folder: Path) -> WitnessStore:
    try:
        return WitnessStore(folder / STORE_FILE)
    except StoreRefused as problem:
        raise CannotTry(str(problem)) from None


def _say(as_json: bool, value: dict[str, Any], sentence: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else sentence)


def main() -> None:
    """Run the command; what it writes is its owner's alone."""
    os.umask(0o077)
    witness.main(prog_name="jiedui-witness")


if __name__ == "__main__":
    main()
