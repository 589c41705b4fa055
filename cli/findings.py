"""`jiedui finding …`: the subcommands every kind of case has, and reading the check-up's tables."""

from cli.board_cases import group_of

finding = group_of("finding")
