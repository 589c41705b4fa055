"""`jiedui doctor`: what is wrong here, and what to do about it."""

from typing import TYPE_CHECKING

import click

from cli.context import Context, json_option, pass_context, run

if TYPE_CHECKING:
    from services.finding import Finding
    from services.health import Health


@click.command()
@click.option("--quick", is_flag=True, help="不核对看板与账本。 Leave the boards' comparison out.")
@json_option
@pass_context
def doctor(context: Context, quick: bool, as_json: bool) -> None:
    r"""检查本环境：设置、文件权限、账本、看板、Temporal、日历。 What is wrong, and what to do.

    \b
    Exit status: 0 nothing is wrong; 1 something is; 2 it could not be tried.
    """
    from services.health import without_unreadable

    context.make_home()
    health = health_of(context)
    findings = list(health.files())
    findings += without_unreadable(health.ledger())
    findings += without_unreadable(health.rules())
    findings += without_unreadable(health.log())
    if not quick:
        findings += without_unreadable(health.compared_boards())
    findings += without_unreadable(health.posts())
    findings.append(health.dispatching())
    findings += run(health.workflows)
    marks = {"well": "正常", "look": "注意", "wrong": "异常"}
    for finding in findings:
        said = _said(finding)
        if as_json:
            from cli.main import printable

            click.echo(printable(said))
            continue
        click.echo(f"[{marks[finding.level]}] {said['what']}：{said['found']}")
        if said["remedy"]:
            click.echo(f"        → {said['remedy']}")
    if any(finding.level == "wrong" for finding in findings):
        raise click.exceptions.Exit(1)


def health_of(context: Context) -> "Health":
    """Return who looks at this installation."""
    from services.health import Health

    return Health(context.settings, context.books, context.boards, context.temporal)


def _said(finding: "Finding") -> dict[str, str]:
    """Return a finding in the words of a terminal: names and remedies in both languages."""
    return {
        "what": " ".join(dict.fromkeys(finding.what)),
        "level": finding.level,
        "found": finding.found[0],
        "remedy": " ".join(dict.fromkeys(finding.remedy)),
    }
