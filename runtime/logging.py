"""Structured logs on standard error: an event name and fields, never a sentence with values in it.

Personal data never reaches a log: commands and facts are not logged, only their names, ids and
positions. In workflow code nothing is logged twice on replay.
"""

import logging
import sys
from typing import Any, Literal

import structlog

from runtime.repeating import OncePerMinute

_CLOSED_FIELDS = frozenset({"name", "phone", "address", "text", "note", "password", "secret"})


def _keep_closed(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace the value of a field that could hold personal data; a net below the rule."""
    for field in _CLOSED_FIELDS & event.keys():
        event[field] = "[closed]"
    return event


def configure_logging(
    level: str = "info", form: Literal["json", "console"] = "json", stream: Any = None
) -> None:
    """Send structlog's and the standard library's records down one pipeline."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _keep_closed,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,  # what nobody will read costs nothing
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    handler.addFilter(OncePerMinute())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("alembic", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
