"""Help texts keep their paragraphs: Chinese first, English below, on any width of terminal."""

import click


def with_paragraphs(command: click.Command) -> click.Command:
    """Return *command* with click's mark for "leave these lines as they are" in its help texts.

    Docstrings are written raw, so that the mark reads as a backslash and a `b` in the source.
    """
    if command.help:
        command.help = command.help.replace("\\b\n", "\b\n")
    for inner in getattr(command, "commands", {}).values():
        with_paragraphs(inner)
    return command
