"""What each rate is; the boards and the auditor count by the same definitions of the domain."""

from domain.service_definitions import DEFINITIONS, NEVER_SCORED, Definition

__all__ = ["DEFINITIONS", "NEVER_SCORED", "Definition"]
