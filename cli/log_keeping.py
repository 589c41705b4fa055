"""`jiedui log`: the public log of checkpoints, its signing key and its witnesses."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

import click

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.people import acting, registrar_option
from cli.tables import shown
from domain.envelope import By
from services.oversight import acting_by
from wording.labels import label

if TYPE_CHECKING:
    from publishing.publisher import Publisher


class CannotTry(click.ClickException):
    """What was asked could not be tried; the exit status is 2."""

    exit_code = 2


def says_no(as_json: bool, rule: str, sentence: str) -> Never:
    """Say that the answer is no, and leave with status 1."""
    if as_json:
        Speaking(True).say({"outcome": "refused", "rule": rule, "message": sentence}, "")
    else:
        click.echo(sentence, err=True)
    raise click.exceptions.Exit(1)


@click.group("log")
def log() -> None:
    """公开日志：检查点、签名密钥、见证方。 The public log: checkpoints, its key, its witnesses."""


@log.command("status")
@json_option
@pass_context
def status(context: Context, as_json: bool) -> None:
    r"""已签发、已见证到哪一条；密钥、见证规则与告警。 How far the log is signed and witnessed.

    \b
    Exit status: 0 no alarm stands; 1 one does; 2 it could not be tried.
    """
    from services.public_log import standing

    context.make_home()
    told = standing(context.settings, context.books)
    key = told["key"] or "尚无，首次签发时生成 none yet"
    published = "尚无 none" if told["published"] is None else f"{told['published']:,} 条"
    signed_at = shown(datetime.fromisoformat(told["signed_at"])) if told["signed_at"] else "—"
    lines = [
        f"公开日志 {told['origin'] or '（未命名）'}",
        f"签名公钥 {key}",
        f"账本 {told['entries']:,} 条",
        f"已签发 {told['signed']:,} 条（{signed_at}）；已公布 {published}",
    ]
    if not told["witnesses"]:
        lines.append(
            "没有见证方：掌握数据库和密钥者可重写全账而不被发现。 "
            "No witness: whoever holds database and key can rewrite everything unseen."
        )
    lines += [
        f"见证方 {each['name']}  已见证 {each['cosigned'] or 0:,} 条"
        + (f"  告警 {label(each['alarm'], among='AlarmGround')}" if each["alarm"] else "")
        for each in told["witnesses"]
    ]
    Speaking(as_json).say(told, "\n".join(lines))
    if any(each["alarm"] for each in told["witnesses"]):
        raise click.exceptions.Exit(1)


@log.command("publish")
@json_option
@pass_context
def publish(context: Context, as_json: bool) -> None:
    r"""立即签发并送见证，满足规则即公布。 Sign what is new, ask the witnesses, publish.

    \b
    Exit status: 0 published; 1 signed but not published: the witnesses' quorum is lacking, or
    refused because the ledger contradicts what was signed; 2 it could not be tried.
    """
    from publishing.folder import LogBusy
    from publishing.publisher import PolicyNotOurs
    from publishing.signer import SigningRefused
    from transparency.keys import SigningKeyRefused
    from transparency.policies import PolicyMalformed

    publisher = _publisher(context)

    async def publishing() -> Any:
        await publisher.adopt_given_policy()
        return await publisher.publish()

    try:
        done = run(publishing)
    except SigningRefused as refusal:
        says_no(as_json, refusal.rule, str(refusal))
    except (LogBusy, SigningKeyRefused, PolicyMalformed, PolicyNotOurs, OSError) as problem:
        raise CannotTry(str(problem)) from None
    whole = done.published == done.size
    Speaking(as_json).say(
        {
            "signed": done.signed,
            "size": done.size,
            "published": done.published,
            "cosigned": list(done.cosigned),
        },
        (
            f"已签发 {done.size:,} 条，{len(done.cosigned)} 家见证，"
            + ("已公布。 Published." if whole else "见证未满足规则，暂不公布。 Quorum lacking.")
        )
        if done.size
        else "账本没有记录。 Nothing to sign.",
    )
    if done.size and not whole:
        raise click.exceptions.Exit(1)


@log.group("key")
def key() -> None:
    """签名密钥。 The signing key."""


@key.command("show")
@json_option
@pass_context
def show_key(context: Context, as_json: bool) -> None:
    r"""历次签名公钥，末行为现行。 Every public key of the log; the last one signs.

    \b
    Exit status: 0 done; 1 the log has no key yet.
    """
    from publishing.noting import Noting
    from publishing.signer import keys_on_record

    keys = [each.vkey for each in keys_on_record(Noting(context.books.desk).standing())]
    if not keys:
        says_no(
            as_json,
            "no-key",
            "尚无签名密钥，请先运行 jiedui log publish。 No key yet; publish first.",
        )
    Speaking(as_json).say({"keys": keys}, "\n".join(keys))


@key.command("rotate")
@click.option("--reason", required=True, help="更换原因，将入账。 Why; it goes on record.")
@click.option("--lost", is_flag=True, help="旧密钥已遗失，无法双签。 The old key is gone.")
@registrar_option
@json_option
@pass_context
def rotate_key(
    context: Context, reason: str, lost: bool, acting_person: str | None, as_json: bool
) -> None:
    r"""更换签名密钥：入账，新旧双签一次，此后只用新钥。 Rotate the key; both sign once.

    Give the new public key to every witness and auditor.

    \b
    Exit status: 0 done; 1 there is nothing to rotate, or signing was refused; 2 it could not be
    tried.
    """
    from publishing.folder import LogBusy
    from publishing.rotating import NothingToRotate, rotate
    from publishing.signer import SigningRefused
    from transparency.keys import SigningKeyRefused

    publisher, by = _publisher(context), _by(context, acting_person, "rotate_signing_key")
    try:
        new, done = run(lambda: rotate(publisher, reason, by, lost=lost))
    except NothingToRotate as no:
        says_no(as_json, "nothing-to-rotate", str(no))
    except SigningRefused as refusal:
        says_no(as_json, refusal.rule, str(refusal))
    except (LogBusy, SigningKeyRefused, OSError) as problem:
        raise CannotTry(str(problem)) from None
    Speaking(as_json).say(
        {"key": new.vkey, "size": done.size, "published": done.published},
        f"新签名公钥 {new.vkey}\n自第 {done.size:,} 条的检查点起生效；请送交各见证方与审计员。\n"
        "Give this key to every witness and auditor.",
    )


@log.group("policy")
def policy() -> None:
    """见证规则。 The witness policy."""


@policy.command("adopt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@registrar_option
@json_option
@pass_context
def adopt_policy(context: Context, file: Path, acting_person: str | None, as_json: bool) -> None:
    r"""采用见证规则（C2SP tlog-policy），并入账。 Adopt witnesses and quorum; it goes on record.

    \b
    Exit status: 0 adopted; 1 refused; 2 it could not be read.
    """
    from publishing.publisher import PolicyNotOurs
    from transparency.policies import PolicyMalformed, as_written

    by = _by(context, acting_person, "adopt_witness_policy")
    try:
        adopted = _publisher(context).adopt(as_written(file.read_text(encoding="utf-8")), by)
    except (OSError, UnicodeDecodeError, PolicyMalformed) as problem:
        raise CannotTry(f"{file.name}: {problem}") from None
    except PolicyNotOurs as no:
        says_no(as_json, "policy-of-other-logs", str(no))
    silent = [name for name, (_, url) in adopted.witnesses.items() if url is None]
    warning = (
        f"\n注意：{'、'.join(silent)} 没有网址，不会被询问。 Without an address, never asked."
        if silent
        else ""
    )
    Speaking(as_json).say(
        {"witnesses": list(adopted.witnesses), "without_address": silent},
        f"已采用：见证方 {len(adopted.witnesses)} 家。 Adopted.{warning}",
    )


def _by(context: Context, person: str | None, command: str) -> By:
    """Return the registrar who has the log's keys or witnesses changed."""
    actor = acting(context, person)
    rules = context.rules
    return acting_by(rules, actor.person, command, datetime.now(UTC), actor.door)


def _publisher(context: Context) -> "Publisher":
    from publishing.publisher import Publisher

    context.make_home()
    return Publisher(context.settings, context.books)
