"""The demonstration's own home: made afresh, and never anybody else's folder."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from domain.refusals import CommandRefused
from runtime.embedded import running_address
from runtime.settings import Settings, load_settings
from services.demo_accounts import MARKER


def fresh_home(settings: Settings, *, keep: bool) -> Settings:
    """Make `<home>/demo` afresh and return the settings of an embedded installation in it.

    An earlier demonstration is deleted, or with *keep* set aside as `demo-<moment>`; a folder
    without the marker is refused, and so is one whose server still runs.
    """
    home = settings.home / "demo"
    if home.exists():
        _may_go(home)
        if keep:
            moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            home.rename(settings.home / f"demo-{moment}")
        else:
            shutil.rmtree(home)
    home.mkdir(mode=0o700, parents=True)
    (home / MARKER).write_text("made by jiedui demo\n", encoding="utf-8")
    # Whatever the surroundings say, a demonstration never touches another installation.
    return load_settings(
        home=home,
        database_url=None,
        temporal_address=None,
        key_file=None,
        policy="demo",
        notifier="log",
        watchdog_seconds=10.0,
    )


def _may_go(home: Path) -> None:
    if not (home / MARKER).is_file():
        raise CommandRefused(
            "demo-home-foreign",
            f"{home} 不是演示留下的目录，不会删除；请移走或另设 JIEDUI_HOME。",
            f"{home} was not made by the demonstration and is left alone; "
            "move it away or set another JIEDUI_HOME.",
        )
    if running_address(home) is not None:
        raise CommandRefused(
            "demo-home-busy",
            f"{home} 正在运行；请先停止在该目录运行的 jiedui。",
            f"{home} is in use; stop the jiedui that runs there first.",
        )
