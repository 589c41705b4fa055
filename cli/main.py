"""`jiedui`: one command for operators and scripts.

Exit status everywhere: 0 done; 1 the answer is no (refused, not intact, differs); 2 it could not
be tried (usage, not reachable).
"""

import contextlib
import gc
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.context import Context, Speaking

if TYPE_CHECKING:
    from runtime.settings import Settings
from cli.helping import help_for
from cli.paragraphs import with_paragraphs
from domain.refusals import CommandRefused

_SECTIONS: dict[str, tuple[str, str]] = {
    "up": ("cli.operate", "up"),
    "demo": ("demo.command", "demo"),
    "worker": ("cli.operate", "worker"),
    "follow": ("cli.operate", "follow"),
    "console": ("cli.console", "console"),
    "account": ("cli.accounts", "account"),
    "unit": ("cli.registry", "unit"),
    "person": ("cli.registry", "person"),
    "need": ("cli.registry", "need"),
    "pairing": ("cli.casework", "pairing"),
    "task": ("cli.casework", "task"),
    "finding": ("cli.findings", "finding"),
    "site": ("cli.facilities", "site"),
    "facility": ("cli.facilities", "facility"),
    "provider": ("cli.providers", "provider"),
    "programme": ("cli.board_cases", "programme"),
    "submit": ("cli.submitting", "submit"),
    "calendar": ("cli.policies", "calendar"),
    "policy": ("cli.policies", "policy"),
    "schema": ("cli.policies", "schema"),
    "audit": ("cli.auditing", "audit"),
    "unmasking": ("cli.unmasking", "unmasking"),
    "subject": ("cli.subjects", "subject"),
    "webhook": ("cli.webhooks", "webhook"),
    "log": ("cli.log_keeping", "log"),
    "figures": ("cli.figures", "figures"),
    "province": ("cli.province", "province"),
    "witness": ("cli.witnessing", "witness"),
    "backup": ("cli.backup", "backup"),
    "restore": ("cli.backup", "restore"),
    "rebuild": ("cli.operate", "rebuild"),
    "doctor": ("cli.doctor", "doctor"),
    "config": ("cli.operate", "config"),
    "completion": ("cli.completing", "completion"),
}


class Sections(click.Group):
    """The command's sections, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the sections in the order people meet them."""
        return list(_SECTIONS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the section *cmd_name*."""
        if cmd_name not in _SECTIONS:
            return None
        import importlib

        module, name = _SECTIONS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return with_paragraphs(command)


_SERVICES = frozenset({"up", "worker", "follow", "console"})
_OF_THE_HOME = frozenset({"account", "backup", "doctor", "rebuild", "restore"})
"""What only whoever has the home can do; at a server far away it is refused before all else."""


@click.group(cls=Sections, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jiedui")
@click.option(
    "--key",
    "account_key",
    type=click.Path(exists=True, dir_okay=False),
    help="本人的账户密钥（或 JIEDUI_ACCOUNT_KEY）。 The key of your account.",
)
@click.pass_context
def jiedui(ctx: click.Context, account_key: str | None) -> None:
    r"""结对：党群服务中心、职能部门、街道结对帮扶，从派单到居民评价全程留痕。

    Pairings and support tasks as durable, auditable facts.

    \b
    Exit status: 0 done; 1 the answer is no; 2 it could not be tried.
    """
    from runtime.logging import configure_logging
    from runtime.settings import load_settings

    settings = load_settings(**({"account_key": account_key} if account_key else {}))
    # A command's own output is on standard output; its log is for those who run services.
    level = settings.log_level if ctx.invoked_subcommand in _SERVICES else "error"
    ctx.obj = _where(settings, ctx.invoked_subcommand)
    log = ctx.obj.log_file() if ctx.invoked_subcommand == "up" else None
    configure_logging(level, settings.log_format, log)
    ctx.call_on_close(ctx.obj.close)


def _where(settings: "Settings", section: str | None) -> Context:
    """Return the home, or the server that JIEDUI_URL names; services run where they are started."""
    if settings.url is None or section in _SERVICES:
        return Context(settings)
    from cli.away import Away, home_needed

    if section in _OF_THE_HOME:
        raise home_needed(settings.url)
    return Away(settings)


with_paragraphs(jiedui)


def main() -> None:
    """Run the command and leave with its exit status; what it writes is its owner's alone."""
    os.umask(0o077)
    # Starting makes half a million objects that stay: looking for rubbish among them every 700 new
    # ones takes a seventh of a short command.
    gc.set_threshold(100_000, 20, 50)
    words = sys.argv[1:]
    _speak_anywhere(words)
    if "_JIEDUI_COMPLETE" in os.environ:
        from cli.completing import answered

        _leave(answered(jiedui) or 0)
    _leave(attempt(words))


def _speak_anywhere(words: Sequence[str]) -> None:
    """Have somewhere to write to, whatever the terminal: what it cannot show is replaced.

    JSON is UTF-8, whatever the locale says (RFC 8259); a closed stream swallows what it is told.
    """
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for good
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
            setattr(sys, name, stream)
        for_machines = name == "stdout" and ("--json" in words or "submit" in words[:1])
        stream.reconfigure(encoding="utf-8" if for_machines else stream.encoding, errors="replace")


def attempt(words: Sequence[str]) -> int:
    """Run the command with *words* and return its exit status.

    Every known fault is a sentence and a status, never a traceback.
    """
    speaking = Speaking("--json" in words)
    try:
        told = help_for(words)
        if told is not None:
            click.echo(told)
            return 0
        # Outside standalone mode click returns the status of an Exit.
        with jiedui.make_context("jiedui", list(words)) as ctx:
            left = jiedui.invoke(ctx)
        status = left if isinstance(left, int) else 0
    except click.exceptions.Exit as end:
        status = end.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except click.Abort:
        click.echo("已中断。 Interrupted.", err=True)
        status = 2
    except CommandRefused as refusal:
        speaking.refuse(refusal)
        status = 1
    except BrokenPipeError:
        status = 2
    except OSError as error:
        where = error.filename or "输出 the output"
        _complain(
            speaking,
            f"无法读写 {where}（{error.strerror}）；请检查权限、磁盘和 JIEDUI_HOME。 "
            f"{where} cannot be used: {error.strerror}. Check permissions, the disk and "
            "JIEDUI_HOME.",
        )
        status = 2
    except Exception as error:
        if not isinstance(error, _known_faults()):
            raise
        speaking.fail(error)
        status = 2
    return status


def _complain(speaking: Speaking, sentence: str) -> None:
    """Say what went wrong; where the output itself is what went wrong, beside it or not at all."""
    try:
        speaking.fail(OSError(sentence))
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError):
            click.echo(sentence, err=True)


_FAULTS = (
    ("audit.reading", "CannotRead"),
    ("audit.verify.verifying", "CannotVerify"),
    ("client.jiedui", "Unreachable"),
    ("desk.orders", "NotNow"),
    ("documents.extra", "ExtraMissing"),
    ("ledger.database", "ClockBehind"),
    ("ledger.database", "LedgerDamaged"),
    ("ledger.database", "LedgerMissing"),
    ("ledger.database", "LedgerUnavailable"),
    ("ledger.database", "WeakSettings"),
    ("ledger.entry", "EntryUnreadable"),
    ("projections.applying", "BoardStopped"),
    ("serving.listening", "AddressTaken"),
    ("runtime.embedded", "EmbeddedRefused"),
    ("transparency.keys", "SigningKeyRefused"),
    ("runtime.settings", "SettingsRefused"),
    ("runtime.temporal", "TemporalUnreachable"),
    ("vault.keys", "KeyRefused"),
    ("vault.vault", "VaultDamaged"),
)
"""What says in a sentence that something could not be tried, by where it comes from."""


def _known_faults() -> tuple[type[Exception], ...]:
    """Return those that can have been raised: a fault comes from a module that was imported."""
    return tuple(
        getattr(sys.modules[module], name) for module, name in _FAULTS if module in sys.modules
    )


def _leave(status: int) -> None:
    """End the process; a short-lived Temporal client needs a moment (sdk-python issue 300)."""
    if "temporalio" in sys.modules:
        time.sleep(0.1)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            status = 2
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                with contextlib.suppress(OSError):
                    click.echo(f"输出未写全。 The output is not whole: {error.strerror}.", err=True)
    os._exit(status)


def printable(value: Any) -> str:
    """Return *value* as one line of JSON with Chinese as Chinese."""
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


if __name__ == "__main__":
    main()
