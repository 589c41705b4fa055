"""No test is judged by the time it takes: a busy machine is no fault of ours."""

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_LONG = (
    "browser/test_accessibility.py",
    "api/test_conformance.py",
    "journeys/",
    "browser/",
    "adversary/",
    "workflows/",
    "province/",
    "backup/",
    "api/",
    "console/",
    "documents/",
    "webhooks/",
)
"""The files that take longest, the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: side by side, nobody waits for one such file at the end."""

    def place(item: pytest.Item) -> int:
        path = item.nodeid.removeprefix("tests/")
        return next((at for at, long in enumerate(_LONG) if path.startswith(long)), len(_LONG))

    items.sort(key=place)
