"""Print the pages of the documentation that are made from the code: `python -m docs.generate`.

`tests/docs` compares them with what stands, so that no page can tell of yesterday's code.
"""

import inspect
import json
import types
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
from pydantic import BaseModel

from cli.helping import HELP_FILE
from cli.main import jiedui
from docs.hearing import SILENT, hearings
from docs.probing import Row
from docs.rooms import ROOMS, Room
from domain.calendar import CalendarYear, Overlay
from domain.casebook import CASES
from domain.clocks import Deadline, LimitText
from domain.oversight import words as oversight_words
from domain.pairing import commands as pairing_commands
from domain.people import ROLE_LABELS, Role
from domain.policy import Policy
from domain.province.words import AlarmNumber, ProofHashes
from domain.registry import commands as registry_commands
from domain.sealed import Seal, Sealed
from domain.statements import Counted, Month, StatementNumber, StatementText
from domain.task import commands as task_commands
from domain.values import (
    CaseId,
    Code,
    DivisionCode,
    Instant,
    OfficeText,
    PairingId,
    PersonId,
    SubjectId,
    TaskId,
    UnitCode,
    VerifierKeyText,
)
from runtime.settings import PREFIX, Settings
from services.refusing import CATALOGUE
from wording.glossary import GLOSSARY
from wording.labels import LABELS, Both
from wording.sentences import SENTENCES, clock_label, label

FOLDER = Path(__file__).parent
MADE = "<!-- Made by `python -m docs.generate`; edit the code, not this page. -->\n"

NAMED: tuple[tuple[Any, str], ...] = (
    (Code, "code"),
    (LimitText, "limit"),
    (OfficeText, "office text"),
    (UnitCode, "unit code"),
    (DivisionCode, "division code"),
    (TaskId, "task id"),
    (PairingId, "pairing id"),
    (PersonId, "person id"),
    (SubjectId, "subject id"),
    (Instant, "instant"),
    (Deadline, "deadline"),
    (Sealed, "sealed text"),
    (Policy, "policy pack"),
    (CalendarYear, "calendar year"),
    (Overlay, "calendar overlay"),
    (task_commands.Grade, "grade 1–5"),
    (pairing_commands.Score, "score 0–100"),
    (registry_commands.Recipient, "recipient"),
    (registry_commands.NoticeKey, "notice key"),
    (oversight_words.About, "up to 200 references"),
    (oversight_words.Reference, "reference"),
    (CaseId, "id of a case of any kind"),
    (oversight_words.ClerkedId, "id of a case a clerk stands by"),
    (oversight_words.WorkflowId, "workflow id"),
    (oversight_words.RunId, "UUID"),
    (oversight_words.Digest, "SHA-256"),
    (oversight_words.HolderId, "key holder"),
    (oversight_words.Position, "log position"),
    (oversight_words.Amount, "count"),
    (oversight_words.HttpStatus, "HTTP status"),
    (oversight_words.LogOrigin, "log origin"),
    (oversight_words.SuiteName, "suite name"),
    (VerifierKeyText, "verifier key"),
    (oversight_words.WitnessName, "witness name"),
    (oversight_words.PolicyText, "witness policy"),
    (Month, "month"),
    (StatementNumber, "number of a statement"),
    (StatementText, "statement or note"),
    (Counted, "count"),
    (AlarmNumber, "number of an alarm"),
    (ProofHashes, "proof"),
    (bool, "yes or no"),
    (int, "integer"),
    (str, "text"),
)


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {
        "glossary.md": glossary(),
        "facts.md": facts(),
        "commands.md": commands(),
        "lifecycle.md": lifecycle(),
        "clocks.md": clocks(),
        "refusals.md": refusals(),
        "settings.md": settings(),
        "cli.md": command_line(),
    }


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    names = list(heads)
    shown = [names, ["---"] * len(names), *(list(line) for line in lines)]
    return "\n".join("| " + " | ".join(_cell(one) for one in line) + " |" for line in shown) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def glossary() -> str:
    """Return the words of the field."""
    lines = ((term.zh, term.en, f"`{term.identifier}`") for term in GLOSSARY)
    return (
        f"# Glossary 术语\n\n{MADE}\nThe words of code, screens and documents, kept in "
        f"`wording/glossary.py`. The seed writes 结队, everyone else 结对; searches match both.\n\n"
        + table(("中文", "English", "identifier"), lines)
    )


# Facts and commands.


def models(*unions: Any) -> Iterator[type[BaseModel]]:
    """Yield the models of discriminated unions, in the order of their files."""
    for union in unions:
        inner = get_args(union)[0] if get_origin(union) is Annotated else union
        members = get_args(inner)
        yield from members or (inner,)


def kind_of(model: type[BaseModel]) -> str:
    """Return the name a fact or command is stored or sent under."""
    return str(model.model_fields["kind"].default)


def shown_type(hint: Any) -> str:
    """Return a field's type in words."""
    for known, words in NAMED:
        if hint == known:
            return words
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = [one for one in arguments if one is not type(None)]
        return " or ".join(shown_type(one) for one in inner) + (
            ", may be empty" if len(inner) < len(arguments) else ""
        )
    if origin is Literal:
        return " · ".join(f"`{getattr(one, 'value', one)}`" for one in arguments)
    if origin is tuple:
        return f"list of {shown_type(arguments[0])}"
    if origin is Annotated:
        if any(isinstance(one, Seal) for one in arguments[1:]):
            seal = next(one for one in arguments[1:] if isinstance(one, Seal))
            unit = "bytes" if seal.binary else "characters"
            return f"sealed before it is sent (up to {seal.length_max:,} {unit})"
        return shown_type(arguments[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " · ".join(f"`{one.value}`" for one in hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"{hint.__name__} ({', '.join(hint.model_fields)})"
    return str(hint)


def _fields(model: type[BaseModel], *, defaults: bool) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        if name == "kind" and get_origin(field.annotation) is Literal:
            continue
        words = shown_type(hints[name])
        if defaults and not field.is_required() and "may be empty" not in words:
            words += _otherwise(getattr(field.default, "value", field.default))
        yield f"`{name}`", words


def _otherwise(default: Any) -> str:
    """Say what a field is when it is left out."""
    match default:
        case ():
            return ", may be empty"
        case bool():
            return f"; otherwise {'yes' if default else 'no'}"
        case _:
            return f"; otherwise `{default}`"


def _doc(model: type[BaseModel]) -> str:
    """Return what the model's own docstring promises, "" where its name says it all."""
    own = model.__dict__.get("__doc__") or ""
    return inspect.cleandoc(own).replace("\n", " ")


def facts() -> str:
    """Return the catalogue of facts."""
    parts = [
        "# Facts 事实\n",
        MADE,
        (
            "What can stand in the ledger. A kind is stored for ever; a fact whose meaning "
            "changes gets a new version and an upcaster. Sealed texts are references into the "
            "vault.\n"
        ),
    ]
    for room in ROOMS:
        parts.append(f"## {room.title}\n")
        for model in room.models("facts"):
            kind = kind_of(model)
            zh, en = SENTENCES[kind]
            parts.append(f"### `{kind}`\n")
            if _doc(model):
                parts.append(f"{_doc(model)}\n")
            fields = list(_fields(model, defaults=False))
            parts.append(table(("field", "what it holds"), fields) if fields else "No fields.\n")
            parts.append(f"> {zh}\n>\n> {en}\n")
    return "\n".join(parts)


def commands() -> str:
    """Return the catalogue of commands."""
    accepted = _accepted()
    parts = [
        "# Commands 命令\n",
        MADE,
        (
            "What may be asked, by whom, and in which states it is heard. Every command may be "
            "refused; [refusals.md](refusals.md) lists the rules. "
            "JSON Schemas: `jiedui schema commands`.\n"
        ),
    ]
    for room in ROOMS:
        parts.append(f"## {room.title}\n")
        may: dict[str, frozenset[Role]] = {}
        for category in room.categories:
            may |= CASES[category].who_may
        for model in room.models("commands"):
            kind = kind_of(model)
            parts.append(f"### `{kind}`\n")
            parts.append(f"{_doc(model)}\n")
            parts.append(f"Who: {_who(may.get(kind, frozenset()))}\n")
            states = accepted.get((room.title, kind))
            if states:
                parts.append(f"In: {', '.join(states)}\n")
            fields = list(_fields(model, defaults=True))
            parts.append(table(("field", "what it takes"), fields) if fields else "No fields.\n")
    return "\n".join(parts)


def _who(roles: Iterable[Role]) -> str:
    order = list(Role)
    return ", ".join(
        f"{ROLE_LABELS[role][0]} `{role.value}`" for role in sorted(roles, key=order.index)
    )


def _accepted() -> dict[tuple[str, str], list[str]]:
    """Return, for each command, the states in which the deciders were seen to hear it."""
    found: dict[tuple[str, str], list[str]] = {}
    for room in ROOMS:
        order = ["-", *room.states]
        heard: dict[str, set[str]] = {}
        for row in room.rows() if room.rows else ():
            if not row.is_clock:
                heard.setdefault(row.trigger, set()).add(row.state)
        for trigger, states in heard.items():
            found[room.title, trigger] = [f"`{one}`" for one in sorted(states, key=order.index)]
    return found


# The lifecycle.


def lifecycle() -> str:
    """Return the state tables as the deciders fulfil them."""
    return "\n".join(
        (
            "# Lifecycle 状态流转\n",
            MADE,
            (
                "Every row was asked of the deciders themselves: a command or clock (⏰) in a "
                "state, the facts that follow, the state afterwards. "
                "One command may lead several ways.\n"
            ),
            *(part for room in ROOMS if room.rows for part in _lived(room, room.rows())),
        )
    )


def _lived(room: Room, rows: list[Row]) -> tuple[str, str, str]:
    """Return one room's title, its states and the rows of its table."""
    may = CASES[room.categories[0]].who_may
    return f"## {room.title}\n", _states(room.states), _rows(rows, may, list(room.states))


def _states(states: dict[str, Both]) -> str:
    lines = ((f"`{state}`", zh, en) for state, (zh, en) in states.items())
    return table(("state", "中文", "English"), lines)


def _rows(rows: list[Row], may: dict[str, frozenset[Role]], states: list[Any]) -> str:
    order = {"-": -1} | {str(state): number for number, state in enumerate(states)}
    lines = []
    for row in sorted(rows, key=lambda one: (order[one.state], one.is_clock, one)):
        trigger = (
            f"⏰ {clock_label(row.trigger)} `{row.trigger}`" if row.is_clock else f"`{row.trigger}`"
        )
        roles = (Role.SYSTEM,) if row.is_clock else may[row.trigger]
        who = ", ".join(sorted(label(role) for role in roles))
        facts_told = ", ".join(f"`{kind.partition('.')[0]}`" for kind in row.facts)
        then = "same" if row.then == row.state else f"`{row.then}`"
        lines.append((f"`{row.state}`", trigger, who, facts_told, then))
    return table(("from", "command or clock", "who", "facts", "to"), lines)


def clocks() -> str:
    """Return every clock there is with whoever hears of it, as the cases themselves tell."""
    parts = [
        "# Clocks 时限与提醒\n",
        MADE,
        (
            "Asked of the cases in stories of every state: whom the fact that sets a clock tells, "
            "who is reminded ahead of it (by a clock of its own or by a conversation), whom its "
            "ring tells, and in which list what it watches waits to be done. A dash: nobody, or "
            "nowhere. Units are told as units, people by their role at the place.\n"
        ),
    ]
    every = hearings()
    for category in dict.fromkeys(category for category, _ in every):
        zh, en = LABELS["CaseKind"].get(category, ("居民", "resident"))
        lines = [
            (
                f"{clock_label(one.clock)} `{one.clock}`",
                ", ".join(f"`{kind}`" for kind in sorted(one.facts)),
                *(
                    "、".join(sorted(whom)) or "—"
                    for whom in (one.set_by, one.ahead, one.rung, one.waits)
                ),
            )
            for _, one in sorted(every.items())
            if one.category == category
        ]
        heads = ("clock", "facts", "told when set", "reminded ahead", "told when it rings", "waits")
        parts += [f"## {en.capitalize()} {zh}\n", table(heads, lines)]
    reasons = ((f"`{category}`", f"`{clock}`", why) for (category, clock), why in SILENT.items())
    parts += ["## Told to nobody 不通知\n", table(("kind", "clock", "why"), reasons)]
    return "\n".join(parts)


def refusals() -> str:
    """Return every rule that can refuse, with its sentence."""
    parts = [
        "# Refusals 拒绝规则\n",
        MADE,
        (
            "A refusal names its rule and leaves no fact. Codes are published and only added "
            "to; words in braces are filled with codes, numbers and instants, never with "
            "personal data.\n"
        ),
    ]
    for title, rules in CATALOGUE:
        lines = ((f"`{code}`", zh, en) for code, (zh, en) in rules.items())
        parts += [f"## {title}\n", table(("rule", "中文", "English"), lines)]
    return "\n".join(parts)


def settings() -> str:
    """Every `JIEDUI_…` variable with what it endangers."""
    lines = [
        (
            f"`{PREFIX}{name.upper()}`",
            "" if field.default is None else f"`{field.default}`",
            str(field.description),
        )
        for name, field in Settings.model_fields.items()
    ]
    return (
        "# Settings 设置\n\n"
        f"{MADE}\n"
        "A secret may also be given as `…_FILE`, naming a file that holds it. "
        "`jiedui config show` prints what is in force, secrets masked.\n\n"
        + table(("variable", "default", "meaning"), lines)
    )


def command_line() -> str:
    """Every command of `jiedui` with what its help says first."""
    lines: list[tuple[str, str]] = []
    with click.Context(jiedui) as context:
        for name in jiedui.list_commands(context):
            section = jiedui.get_command(context, name)
            assert section is not None
            if not isinstance(section, click.Group):
                lines.append((f"`jiedui {name}`", _help(section)))
                continue
            for inner in sorted(section.list_commands(context)):
                command = section.get_command(context, inner)
                assert command is not None
                lines.append((f"`jiedui {name} {inner}`", _help(command)))
    return (
        "# The command line 命令行\n\n"
        f"{MADE}\n"
        "Every command has `--help`, and `--json` where it prints results. Exit status: 0 done; "
        "1 the answer is no; 2 it could not be tried.\n\n"
        + table(("command", "what it does"), lines)
    )


def helps() -> str:
    """Every `--help` as it is printed, by the words that lead there: `cli/help.json`."""
    found: dict[str, str] = {}

    def take(command: click.Command, words: tuple[str, ...], parent: click.Context | None) -> None:
        name = words[-1] if words else "jiedui"
        context = click.Context(command, info_name=name, parent=parent, terminal_width=80)
        context.help_option_names = ["-h", "--help"]
        found[" ".join(words)] = command.get_help(context)
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                one = command.get_command(context, inner)
                assert one is not None
                take(one, (*words, inner), context)

    take(jiedui, (), None)
    return json.dumps(found, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def _help(command: click.Command) -> str:
    return (command.help or "").strip().splitlines()[0]


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
        print(f"docs/{name}")
    HELP_FILE.write_text(helps(), "utf-8")
    print("cli/help.json")
