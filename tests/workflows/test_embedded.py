"""The embedded server is the real one, alone in its home, on loopback, and dies with its parent."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from runtime import embedded
from runtime.embedded import (
    RETENTION_DAYS,
    EmbeddedRefused,
    embedded_temporal,
    find_binary,
    running_address,
    start_embedded,
)
from runtime.settings import load_settings
from runtime.temporal import TemporalUnreachable, connect, connect_with


async def test_it_is_found_in_its_home_and_keeps_its_address(tmp_path: Path) -> None:
    async with embedded_temporal(tmp_path) as first:
        assert first.rebuild
        assert running_address(tmp_path) == first.address
        client = await connect_with(load_settings(home=tmp_path))
        assert client.service_client.config.target_host == first.address
    assert running_address(tmp_path) is None
    async with embedded_temporal(tmp_path) as second:
        assert (second.address, second.rebuild) == (first.address, False)


async def test_it_listens_on_loopback_only_and_takes_no_orders_over_http(tmp_path: Path) -> None:
    async with embedded_temporal(tmp_path) as server, httpx2.AsyncClient() as browser:
        listening = [
            found.laddr
            for found in psutil.Process(server.pid).net_connections("tcp")
            if found.status == psutil.CONN_LISTEN
        ]
        assert {address.ip for address in listening} == {"127.0.0.1"}
        answers = []
        for address in listening:
            try:
                answer = await browser.get(f"http://127.0.0.1:{address.port}/api/v1/namespaces")
            except httpx2.HTTPError:
                continue
            answers.append(answer.status_code)
        assert 403 in answers
        assert 200 not in answers


async def test_its_files_are_for_nobody_else_and_histories_are_kept(tmp_path: Path) -> None:
    async with embedded_temporal(tmp_path) as server:
        modes = _open_to_others(tmp_path)
        assert modes["temporal.db"] == 0
        assert modes["temporal.json"] == 0
        client = await connect(server.address)
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )
        kept = described.config.workflow_execution_retention_ttl.ToTimedelta()
        assert kept == timedelta(days=RETENTION_DAYS)


def _open_to_others(home: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o077 for file in home.glob("temporal.*")}


async def test_a_second_server_of_the_same_home_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.embedded._LOCK_SECONDS", 0.2)
    async with embedded_temporal(tmp_path) as server:
        with pytest.raises(EmbeddedRefused, match=str(server.pid)):
            await start_embedded(tmp_path)


async def test_a_port_that_somebody_else_has_by_now_is_left_to_them(tmp_path: Path) -> None:
    """Another home's server above all: it is never taken for this one's."""
    async with embedded_temporal(tmp_path / "ours") as before:
        pass
    (tmp_path / "theirs").mkdir()
    shutil.copy(tmp_path / "ours" / "temporal.json", tmp_path / "theirs" / "temporal.json")
    async with embedded_temporal(tmp_path / "theirs") as theirs:
        assert theirs.address == before.address
        async with embedded_temporal(tmp_path / "ours") as ours:
            assert ours.address != theirs.address
            assert theirs.running()


async def test_a_server_that_is_gone_at_once_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody was faster: its port is taken between its choice and its use."""
    with socket.socket() as faster:
        faster.bind(("127.0.0.1", 0))
        faster.listen()
        taken = iter([faster.getsockname()[1]])
        begin = embedded._spawn

        def late(program: Path, database: Path, port: int, *rest: Any) -> Any:
            return begin(program, database, next(taken, port), *rest)

        monkeypatch.setattr(embedded, "_spawn", late)
        async with embedded_temporal(tmp_path) as server:
            assert server.running()
            assert next(taken, None) is None


async def test_a_program_that_never_serves_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "temporal"
    program.write_text("#!/bin/sh\necho 'temporal version 0'\n", encoding="utf-8")
    program.chmod(0o700)
    with pytest.raises(EmbeddedRefused, match=r"temporal\.log"):
        await start_embedded(tmp_path, binary=program)


async def test_a_database_of_another_version_is_set_aside(tmp_path: Path) -> None:
    async with embedded_temporal(tmp_path):
        pass
    (tmp_path / "temporal.version").write_text("temporal version 0.1\n", encoding="utf-8")
    async with embedded_temporal(tmp_path) as server:
        assert server.rebuild
        assert server.set_aside is not None
        assert (server.set_aside / "temporal.db").is_file()


async def test_it_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, pathlib, sys\n"
        "from runtime.embedded import start_embedded\n"
        "async def main():\n"
        "    server = await start_embedded(pathlib.Path(sys.argv[1]))\n"
        "    sys.stderr.write(f'{server.pid}\\n'); sys.stderr.flush()\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n",
        str(tmp_path),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stderr is not None
    child = psutil.Process(int(await parent.stderr.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    await asyncio.to_thread(psutil.wait_procs, [child], 5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    # Its home is free again, and what it knew is still there.
    async with embedded_temporal(tmp_path) as server:
        assert not server.rebuild


def test_a_binary_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedRefused, match="JIEDUI_TEMPORAL_BIN"):
        find_binary(tmp_path / "nothing")


async def test_a_home_without_a_server_is_an_outage_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(TemporalUnreachable, match="jiedui up"):
        await connect_with(load_settings(home=tmp_path), patience=timedelta(0))


async def test_a_server_that_does_not_come_up_names_its_log(tmp_path: Path) -> None:
    program = tmp_path / "temporal"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo v1 || exit 3\n', encoding="utf-8")
    program.chmod(0o700)
    with pytest.raises(EmbeddedRefused, match=r"temporal\.log"):
        await start_embedded(tmp_path / "home", binary=program)
