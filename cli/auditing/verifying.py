"""`jiedui audit verify`: the whole ledger, entry by entry, and everything that speaks for it."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from audit.verify.checkpoints import read_kept
from audit.verify.faults import FAULTS
from audit.verify.verifying import CannotVerify, OnProgress, Trust, Verdict, verify
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from domain.oversight.words import AuditAct, AuditOutcome
from services.verifying import looking_here
from transparency.keys import VerifierKey, VerifierKeyMalformed
from transparency.policies import PolicyMalformed, read_policy

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN_OF_EACH_RULE = 40
_PASSES = {
    "entries": "逐条核验 entries",
    "structure": "数据库结构 structure",
    "checkpoints": "检查点 checkpoints",
    "tiles": "公开日志文件 log files",
    "legality": "案件规则 legality",
}


@click.command("verify")
@click.option("--log-key", "log_keys", multiple=True, help="日志公钥（可多次）。 A key of the log.")
@click.option("--policy", type=_FILE, help="信任策略：公钥与见证方。 Keys and witnesses you trust.")
@click.option("--kept", type=_FILE, multiple=True, help="您保存的检查点。 A checkpoint you kept.")
@click.option("--from", "since", type=_FILE, help="从此检查点起核验。 Go on from this checkpoint.")
@click.option(
    "--log-folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="公开日志文件夹，缺省为本机的。 The public log's files; left out: this home's.",
)
@click.option("--no-legality", is_flag=True, help="不核验案件规则。 Leave out the cases' rules.")
@as_option
@json_option
@pass_context
def command(
    context: Context,
    as_json: bool,
    log_keys: tuple[str, ...],
    policy: Path | None,
    kept: tuple[Path, ...],
    since: Path | None,
    log_folder: Path | None,
    no_legality: bool,
    acting_person: str | None,
) -> None:
    r"""全面核验账本：内容、顺序、链、检查点、见证、规则。 Check the whole ledger.

    Nothing that the ledger says about itself is believed: the keys, the witnesses and the
    checkpoints to compare with are those you bring. Without a policy no witness is checked.

    \b
    Exit status: 0 the ledger is intact; 1 it is not; 2 it could not be read.
    """
    trust = _trust(log_keys, policy, kept, since)
    looking = looking_here(context.settings, log_folder, legality=not no_legality)
    with _progress() as on_progress:
        verdict = verify(context.settings.ledger_url, trust, looking, on_progress)
    _say(Speaking(as_json), verdict, trust)
    trace(context, acting_person).performed(
        AuditAct.VERIFY,
        head=verdict.skipped + verdict.entries - 1,
        outcome=AuditOutcome.CLEAN if verdict.intact else AuditOutcome.FAULTS_FOUND,
        counts={"entries": verdict.entries, "faults": len(verdict.faults)},
    )
    if not verdict.intact:
        raise click.exceptions.Exit(1)


def _trust(
    log_keys: tuple[str, ...], policy: Path | None, kept: tuple[Path, ...], since: Path | None
) -> Trust:
    """Read what the auditor brings; raise `CannotVerify` for what cannot be used."""
    try:
        return Trust(
            log_keys=tuple(VerifierKey.parse(vkey) for vkey in log_keys),
            policy=None if policy is None else read_policy(policy.read_bytes()),
            kept=tuple(read_kept(file.read_bytes()) for file in kept),
            since=None if since is None else read_kept(since.read_bytes()),
        )
    except (VerifierKeyMalformed, PolicyMalformed) as problem:
        raise CannotVerify(str(problem)) from None


@contextmanager
def _progress() -> Iterator[OnProgress | None]:
    """Show a bar for each pass on a terminal; say nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    shown: dict[str, Any] = {}

    def on_progress(name: str, done: int, total: int | None) -> None:
        if name not in shown:
            _close(shown)
            shown[name] = click.progressbar(
                length=total or 1,
                label=_PASSES.get(name, name),
                file=sys.stderr,
                update_min_steps=max((total or 1) // 200, 1),
            )
            shown[name].__enter__()
        bar = shown[name]
        bar.update(max(done - bar.pos, 0))

    try:
        yield on_progress
    finally:
        _close(shown)


def _close(shown: dict[str, Any]) -> None:
    for bar in shown.values():
        if not bar.finished:
            bar.update(bar.length - bar.pos)
            bar.render_finish()
            bar.finished = True


def _say(speaking: Speaking, verdict: Verdict, trust: Trust) -> None:
    speaking.say(_value(verdict), "\n".join(_sentences(verdict, trust)))
    if speaking.as_json or verdict.intact:
        return
    shown: Counter[str] = Counter()
    for fault in verdict.faults:
        shown[fault.rule] += 1
        if shown[fault.rule] <= _SHOWN_OF_EACH_RULE:
            click.echo(str(fault), err=True)
    for rule, count in shown.items():
        if count > _SHOWN_OF_EACH_RULE:
            click.echo(
                f"…… {FAULTS[rule][0]}：另有 {count - _SHOWN_OF_EACH_RULE} 处，--json 全部列出。 "
                f"{count - _SHOWN_OF_EACH_RULE} more of this kind; --json lists all.",
                err=True,
            )
    click.echo(f"账本不完好：{len(verdict.faults)} 处。 The ledger is not intact.", err=True)


def _value(verdict: Verdict) -> dict[str, Any]:
    checked, legality, sealed = verdict.checked, verdict.legality, verdict.sealed
    lag = checked.longest_lag
    return {
        "verdict": "intact" if verdict.intact else "not-intact",
        "intact": verdict.intact,
        "entries": verdict.entries,
        "skipped": verdict.skipped,
        "streams": verdict.streams,
        "root": verdict.root,
        "faults": [{**vars(fault), "sentence": str(fault)} for fault in verdict.faults],
        "checkpoints": checked.checkpoints,
        "kept_checkpoints": checked.kept,
        "keys_from_ledger": checked.keys_from_ledger,
        "witnesses": {
            "checked": dict(sorted(checked.witnesses.items())),
            "not_checked": sorted(checked.not_checked),
        },
        "cosigned_up_to": checked.cosigned_up_to,
        "witness_lag_seconds": None if lag is None else lag.total_seconds(),
        "log_files": verdict.tiles,
        "legality": None
        if legality is None
        else {"cases": legality.cases, "facts": legality.facts},
        "vault": None
        if sealed is None
        else {
            "items": sealed.items,
            "opened": sealed.opened,
            "undecryptable": sealed.undecryptable,
            "erasures": sealed.erasures,
        },
        "seconds": {name: round(took, 3) for name, took in verdict.seconds.items()},
    }


def _sentences(verdict: Verdict, trust: Trust) -> Iterator[str]:
    """Say what was checked, and as plainly what was not."""
    if verdict.intact:
        yield (
            f"账本完好：{verdict.entries:,} 条，{verdict.streams:,} 个案卷，默克尔根 {verdict.root}"
        )
        yield f"{verdict.entries:,} entries intact."
    if verdict.skipped:
        yield (
            f"前 {verdict.skipped:,} 条只核对了与起点检查点一致的哈希，内容未再核验。 The first "
            f"{verdict.skipped:,} entries: only their hashes, against the checkpoint you gave."
        )
    yield from _about_checkpoints(verdict, trust)
    if verdict.tiles is not None:
        yield f"公开日志文件：{verdict.tiles:,} 条。 Log files compared: {verdict.tiles:,}."
    if (sealed := verdict.sealed) is None:
        yield "没有密库或其密钥，未核对删除。 No vault or no keys here: erasures were not compared."
    else:
        yield (
            f"封存内容 {sealed.items:,} 项，其中 {sealed.undecryptable:,} 项已不能启封，"
            f"删除记录 {sealed.erasures:,} 条。 Sealed items: {sealed.items:,}, of which "
            f"{sealed.undecryptable:,} open no more; erasures recorded: {sealed.erasures:,}."
        )
        if sealed.opened is None:
            yield (
                f"封存的文字未启封核对：{sealed.no_key}。 "
                "What the sealed texts say was not looked at: no key."
            )
        else:
            yield (
                f"逐项启封并与账本摘要核对 {sealed.opened:,} 项。 "
                f"Opened and compared with their digests: {sealed.opened:,}."
            )
    if verdict.legality is None:
        yield "案件规则未核验。 Whether the cases followed their rules was not checked."
    else:
        yield (
            f"案件规则：{verdict.legality.cases:,} 个案卷。 "
            f"Cases folded by their rules: {verdict.legality.cases:,}."
        )


def _about_checkpoints(verdict: Verdict, trust: Trust) -> Iterator[str]:
    checked = verdict.checked
    if checked.checkpoints:
        yield f"检查点 {checked.checkpoints:,} 个。 Checkpoints: {checked.checkpoints:,}."
    else:
        yield "没有检查点可核。 There is no checkpoint to check."
    if checked.keys_from_ledger:
        yield (
            "日志公钥取自账本自身，只能说明前后一致；请用 --log-key 给出您另行取得的公钥。 "
            "The log's keys came from the ledger itself; give the one you got elsewhere."
        )
    for name, count in sorted(checked.witnesses.items()):
        yield f"见证方 {name}：{count:,} 个有效签名。 Witness {name}: {count:,} cosignatures."
    if checked.not_checked:
        names = "、".join(sorted(checked.not_checked))
        yield f"未核验的签名方：{names}。 Signed by others, not checked: {names}."
    if checked.cosigned_up_to is not None:
        yield (
            f"已获见证至第 {checked.cosigned_up_to:,} 条；其后可被改写而不留痕迹。 Witnessed up to "
            f"{checked.cosigned_up_to:,} entries; what follows could be rewritten unseen."
        )
    if not checked.witnesses and not trust.kept and trust.since is None:
        yield "未与外部见证核对：掌握数据库和密钥者重写全账，此项核验不能发现。"
        yield "Not compared with any outside witness: whoever rewrote the whole file would pass."
