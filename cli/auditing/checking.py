"""`jiedui audit check`: the offline verifier, for whoever has the command at hand anyway."""

from pathlib import Path

import click

from audit.offline import jiedui_verify
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from domain.oversight.words import AuditAct, AuditOutcome
from ledger.database import parsed, sqlite_file

_STATUS = {"intact": 0, "not-intact": 1, "cannot-verify": 2}
_OUTCOME = {
    "intact": AuditOutcome.CLEAN,
    "not-intact": AuditOutcome.FAULTS_FOUND,
    "cannot-verify": AuditOutcome.NOT_COMPLETED,
}


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--policy", help="信任策略文件（C2SP tlog-policy）。 Whom you trust.")
@click.option("--log-key", multiple=True, help="日志公钥。 A key of the log, name+id+base64.")
@click.option("--witness", multiple=True, help="见证方公钥。 A key of a witness.")
@click.option("--quorum", help="须有几家见证，缺省为全部。 How many must have cosigned.")
@click.option("--case", multiple=True, help="与整本账比对的案卷文件。 Compare this case file.")
@click.option("--checkpoint", multiple=True, help="您自己保存的检查点。 A checkpoint you kept.")
@click.option(
    "--receipt", multiple=True, help="当事人所持回执，位置:哈希。 A receipt somebody holds."
)
@click.option("--tsa-cert", multiple=True, help="时间戳机构证书。 A time-stamp authority's.")
@as_option
@json_option
@pass_context
def command(
    context: Context,
    file: Path,
    policy: str | None,
    log_key: tuple[str, ...],
    witness: tuple[str, ...],
    quorum: str | None,
    case: tuple[str, ...],
    checkpoint: tuple[str, ...],
    receipt: tuple[str, ...],
    tsa_cert: tuple[str, ...],
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""核验证据包、案卷文件或单条证明，公钥由您给出。 Check FILE with keys you give.

    与随包的 jiedui_verify.py 是同一程序。公钥绝不取自待核验的文件。
    The same program as lies in every bundle; it reads nothing but FILE and what you name.

    \b
    Exit status: 0 intact; 1 not intact; 2 it could not be tried.
    """
    named = {
        "--policy": (policy,) if policy else (),
        "--log-key": log_key,
        "--witness": witness,
        "--quorum": (quorum,) if quorum else (),
        "--case": case,
        "--checkpoint": checkpoint,
        "--receipt": receipt,
        "--tsa-cert": tsa_cert,
    }
    words = [word for name, values in named.items() for value in values for word in (name, value)]
    verdict = jiedui_verify.judge([str(file), *words])
    Speaking(as_json).say(verdict, jiedui_verify.told(verdict).rstrip("\n"))
    if _has_ledger(context):
        counts = {"faults": len(verdict["faults"]), **verdict["checked"]}
        outcome = _OUTCOME[verdict["verdict"]]
        trace(context, acting_person).performed(
            AuditAct.CHECK, head=-1, outcome=outcome, counts=counts
        )
    if status := _STATUS[verdict["verdict"]]:
        raise click.exceptions.Exit(status)


def _has_ledger(context: Context) -> bool:
    """A stranger may check without a ledger of their own; then there is nothing to record in."""
    file = sqlite_file(parsed(context.settings.ledger_url))
    return file is None or file.is_file()
