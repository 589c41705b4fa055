"""A real PostgreSQL of our own, from the machine's binaries, for as long as the tests run.

Other rooms reuse it: `with PostgresServer() as server: url = server.new_database()`.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, NoReturn, Self

import psycopg
import pytest


def binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, newest version first; None without any."""
    if os.environ.get("JIEDUI_TEST_PG_BIN"):
        return Path(os.environ["JIEDUI_TEST_PG_BIN"])
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    found = [*packaged, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in found if (folder / "postgres").exists()), None)


def required() -> Path:
    """Return the binaries; without any, skip, and fail in CI, which never skips."""
    folder = binaries()
    if folder is None:
        not_tested(
            "PostgreSQL was not tested: no initdb on the PATH or under /usr/lib/postgresql. "
            "Install the postgresql package, or set JIEDUI_TEST_PG_BIN."
        )
    return folder


def not_tested(message: str) -> NoReturn:
    """Skip and say why; fail in CI, which never skips."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message)
    pytest.skip(message)


class PostgresServer:
    """One cluster in a folder of its own, reachable over a unix socket by this machine only."""

    def __init__(self, **settings: str) -> None:
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix="jdpg-"))  # short: a socket path has 107 bytes
        self.process: subprocess.Popen[bytes] | None = None
        self.bin = required()
        self.owner = self._somebody_else() if os.geteuid() == 0 else None
        self.superuser = "keeper"
        self._templates: set[str] = set()

    def __enter__(self) -> Self:
        try:
            self._initialise()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @staticmethod
    def _somebody_else() -> pwd.struct_passwd:
        # PostgreSQL refuses to run as root.
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        not_tested("PostgreSQL cannot run as root, and there is no user postgres or nobody")

    def _as_owner(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if self.owner is None:
            return {"env": environment, "cwd": self.folder}
        return {
            "env": environment,
            "cwd": self.folder,
            "user": self.owner.pw_uid,
            "group": self.owner.pw_gid,
            "extra_groups": [],
        }

    def _initialise(self) -> None:
        if self.owner is not None:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        subprocess.run(
            [
                self.bin / "initdb",
                "--pgdata=data",
                f"--username={self.superuser}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
            ],
            check=True,
            capture_output=True,
            **self._as_owner(),
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "32MB",
            **self.settings,
        }
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", "data", *options],
                stdout=log,
                stderr=log,
                **self._as_owner(),
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.admin().close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT at once and cleanly, SIGQUIT as a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def remove(self) -> None:
        """Stop the server and remove everything it wrote."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def admin(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return a superuser's connection in autocommit."""
        return psycopg.connect(
            host=str(self.folder), user=self.superuser, dbname=database, autocommit=True
        )

    def url(self, database: str, user: str | None = None) -> str:
        """Return the SQLAlchemy URL of *database* for *user* (default: the superuser)."""
        return f"postgresql+psycopg://{user or self.superuser}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template0") -> str:
        """Create a database, as a copy of *template*, and return its URL."""
        name = f"jd_{uuid.uuid4().hex[:12]}"
        with self.admin() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def new_ledger(self) -> str:
        """Create a database with an empty ledger and return its URL; quick after the first."""
        from ledger.store import open_ledger

        if "jd_empty_ledger" not in self._templates:
            with self.admin() as connection:
                connection.execute("CREATE DATABASE jd_empty_ledger TEMPLATE template0")
            open_ledger(self.url("jd_empty_ledger")).close()
            self._templates.add("jd_empty_ledger")
        return self.new_database("jd_empty_ledger")
