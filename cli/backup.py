"""`jiedui backup` and `jiedui restore`: the books to another disk, and back from it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.auditing.recording import trace
from cli.context import Context, Speaking, json_option, pass_context
from cli.progress import counting
from domain.oversight.words import ExportFormat
from services.backup import BackupRefused, make_backup, places_of, restore_backup

_FILE = click.Path(path_type=Path)
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="口令文件；缺省则询问。 A file that holds the passphrase; asked for without one.",
)


@click.command()
@click.argument("target", type=_FILE)
@click.option(
    "--with-keys", is_flag=True, help="密钥另存一份，以口令加密。 Keys, sealed, in a second file."
)
@passphrase_option
@json_option
@pass_context
def backup(
    context: Context, target: Path, with_keys: bool, passphrase_file: Path | None, as_json: bool
) -> None:
    r"""备份账本、保险库、检查点与流程历史；运行中即可。 Back up to TARGET while commands run.

    TARGET is a new file, or a folder in which one is made. The copy is read back and must reach a
    recorded checkpoint. Boards and Temporal are not in it: both are rebuilt from the ledger.
    Without --with-keys the sealed texts of this backup can be opened by nobody; keep the keys'
    file elsewhere, and give it a shorter life. That a copy was made is a fact in the ledger.

    \b
    Exit status: 0 done; 2 no backup was made.
    """
    at = datetime.now(UTC)
    if target.is_dir():
        target = target / f"jiedui-{at.strftime('%Y%m%dT%H%M%SZ')}.zip"
    speaking = Speaking(as_json)

    def work() -> None:
        passphrase = _passphrase(passphrase_file, confirm=True) if with_keys else None
        with counting("备份 copying pages") as tick:
            made = make_backup(
                places_of(context.settings), target, at=at, passphrase=passphrase, tick=tick
            )
        reached = made.reached
        recorded = trace(context, None).exported(
            ExportFormat.BACKUP,
            head=reached.entries - 1,
            rows=reached.entries,
            bytes=made.bytes,
            digest=made.digest,
        )
        value = {
            "file": str(made.file),
            "keys": None if made.keys is None else str(made.keys),
            "sha256": made.digest,
            "bytes": made.bytes,
            "entries": reached.entries,
            "checkpoint": {"size": reached.size, "root": reached.root},
            "recorded": recorded is not None,
        }
        lines = [
            (
                f"已备份 {reached.entries:,} 条至 {made.file}（{made.bytes:,} 字节），"
                f"SHA-256 {made.digest}"
            ),
            (
                f"副本与 {reached.checkpoints} 个检查点一致，最新为 {reached.size:,} 条。 "
                f"The copy agrees with every checkpoint up to {reached.size:,} entries."
            ),
            "不含看板与 Temporal：恢复后由账本重建。 Boards and Temporal are rebuilt from it.",
        ]
        lines.append(
            "未备份密钥：仅凭此备份，姓名、电话、地址与自由文字一概无法启封。 Without keys: no "
            "sealed name, number, address or text can be opened from this backup alone."
            if made.keys is None
            else f"密钥另存于 {made.keys}，请与备份分开保管。 Keep the keys apart from the backup."
        )
        speaking.say(value, "\n".join(lines))

    _or_refused(work, speaking)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--home", required=True, type=_FILE, help="新的数据文件夹。 A new folder.")
@click.option("--keys", type=_FILE, help="与备份同时制作的密钥文件。 The keys made with it.")
@click.option(
    "--without-keys",
    is_flag=True,
    help="放弃启封：密封内容将永远无法打开。 Go on without: sealed texts stay sealed for ever.",
)
@passphrase_option
@json_option
@pass_context
def restore(
    context: Context,
    file: Path,
    home: Path,
    keys: Path | None,
    without_keys: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    r"""把备份恢复到新的数据文件夹，从不覆盖。 Restore FILE to a new home; nothing is overwritten.

    A backup of PostgreSQL is loaded into the empty database of JIEDUI_DATABASE_URL. Every digest
    is checked, and the ledger must reach its checkpoint.

    \b
    Exit status: 0 done; 2 nothing was restored.
    """
    if (keys is None) == (not without_keys):
        raise click.UsageError(
            "请给出 --keys FILE，或以 --without-keys 放弃启封。 Give --keys FILE or --without-keys."
        )
    speaking = Speaking(as_json)

    def work() -> None:
        given = None if keys is None else (keys, _passphrase(passphrase_file, confirm=False))
        done = restore_backup(
            file, home.absolute(), database_url=context.settings.database_url, keys=given
        )
        reached = done.reached
        value = {
            "home": str(done.home),
            "made_at": done.made_at,
            "entries": reached.entries,
            "checkpoint": {"size": reached.size, "root": reached.root},
            "keys": done.with_keys,
        }
        lines = [
            f"已恢复 {reached.entries:,} 条至 {done.home}，备份制作于 {done.made_at}。",
            f"Restored {reached.entries:,} entries, up to checkpoint {reached.size:,}.",
            "此后的记录不在其中；如有见证方签过更大的检查点，见证方将拒签，所缺条数由此可知。",
            (
                "What was recorded later is not in it. A witness that cosigned a larger checkpoint "
                "will refuse this log, and so shows how much is missing."
            ),
            (
                "备份之后依法删除的个人信息随备份复现，请重新执行删除。 People erased after this "
                "backup are back: erase them again."
            ),
            (
                f"下一步 next, with JIEDUI_HOME={done.home}: jiedui audit verify; jiedui rebuild "
                "boards; jiedui up; jiedui rebuild workflows; jiedui audit reconcile"
            ),
        ]
        if not done.with_keys:
            lines.append("密封内容无法启封。 No sealed text can be opened.")
        speaking.say(value, "\n".join(lines))

    _or_refused(work, speaking)


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    asked: Any = click.prompt(
        "密钥文件口令 Passphrase of the keys",
        hide_input=True,
        confirmation_prompt=confirm,
        err=True,
    )
    return str(asked)


def _or_refused(work: Callable[[], None], speaking: Speaking) -> None:
    try:
        work()
    except BackupRefused as refused:
        speaking.fail(refused)
        raise click.exceptions.Exit(2) from None
