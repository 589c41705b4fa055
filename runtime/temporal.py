"""The Temporal client: one factory for workers, gateways, tests and replays.

Everyone who speaks with Temporal uses the same converter and the same interceptor, or replays
would not be replays.
"""

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode, TLSConfig

from runtime.embedded import running_address
from runtime.observing import CaseInLogs, core
from runtime.settings import Settings

log = structlog.get_logger(__name__)

_CONNECT_PAUSE = 0.3


class TemporalUnreachable(Exception):
    """Temporal does not answer; the text says where it was looked for and what to do."""


def data_converter() -> DataConverter:
    """Return the one converter: pydantic models as JSON."""
    return pydantic_data_converter


async def connect(
    address: str,
    namespace: str = "default",
    *,
    tls: bool | TLSConfig = False,
    api_key: str | None = None,
    lazy: bool = False,
) -> Client:
    """Return a client of the Temporal frontend at *address* (host:port)."""
    return await Client.connect(
        address,
        namespace=namespace,
        tls=tls,
        api_key=api_key,
        data_converter=data_converter(),
        interceptors=[CaseInLogs()],
        lazy=lazy,
        runtime=core(),
    )


async def connect_with(
    settings: Settings, *, patience: timedelta = timedelta(seconds=10)
) -> Client:
    """Return a client of the settings' cluster, or of the home's embedded server.

    Tries for *patience*, then raises `TemporalUnreachable`.
    """
    give_up = time.monotonic() + patience.total_seconds()
    while True:
        address = settings.temporal_address or running_address(settings.home)
        try:
            if address is not None:
                client = await connect(
                    address,
                    settings.temporal_namespace,
                    tls=tls_of(settings),
                    api_key=secret(settings),
                )
                await namespace_answers(client)
                return client
        except (RuntimeError, RPCError, OSError) as error:
            log.debug("temporal does not answer yet", reason=type(error).__name__)
        if time.monotonic() > give_up:
            raise TemporalUnreachable(_where(settings, address))
        await asyncio.sleep(_CONNECT_PAUSE)


async def namespace_answers(client: Client) -> None:
    """Raise `RPCError` unless the client's namespace is there.

    A server whose database is locked says NOT_FOUND for its own namespace: an outage, too.
    """
    await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace),
        timeout=timedelta(seconds=5),
    )


def is_outage(error: RPCError) -> bool:
    """Say whether *error* means "not now", not "no such workflow"."""
    if error.status is RPCStatusCode.NOT_FOUND:
        return "amespace" in error.message
    return error.status in {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.ABORTED,
    }


def secret(settings: Settings) -> str | None:
    """Return the API key as text, where there is one."""
    key = settings.temporal_api_key
    return None if key is None else key.get_secret_value()


def tls_of(settings: Settings) -> bool | TLSConfig:
    """Return how to speak TLS; an API key or a certificate turns it on."""
    files = (
        settings.temporal_tls_ca,
        settings.temporal_tls_certificate,
        settings.temporal_tls_key,
    )
    if not any(files):
        return settings.temporal_tls or settings.temporal_api_key is not None
    ca, certificate, key = (_content(file) for file in files)
    return TLSConfig(server_root_ca_cert=ca, client_cert=certificate, client_private_key=key)


def _content(file: Path | None) -> bytes | None:
    return None if file is None else file.read_bytes()


def _where(settings: Settings, address: str | None) -> str:
    if settings.temporal_address is not None:
        return (
            f"Temporal 没有应答：{address}，命名空间 {settings.temporal_namespace}。"
            f"Temporal does not answer at {address} (namespace {settings.temporal_namespace}). "
            "Check JIEDUI_TEMPORAL_ADDRESS and that the cluster is up, then try again."
        )
    return (
        f"本机的 Temporal 没有运行（{settings.home}）。"
        f"No embedded Temporal runs for the home {settings.home}. "
        "Start it with `jiedui up`, or set JIEDUI_TEMPORAL_ADDRESS."
    )


async def retention(client: Client) -> timedelta:
    """Return how long the client's namespace keeps the histories of closed workflows."""
    question = DescribeNamespaceRequest(namespace=client.namespace)
    told = await client.workflow_service.describe_namespace(question)
    return told.config.workflow_execution_retention_ttl.ToTimedelta()


async def server_time(client: Client) -> datetime:
    """Return the time the Temporal server has, within the second it takes to be asked.

    It tells its time only of what it has begun, so a workflow nobody works on is begun and ended.
    """
    handle = await client.start_workflow(
        "clock",
        id=f"clock/{uuid4()}",
        task_queue="jiedui-nobody",
        execution_timeout=timedelta(seconds=30),
    )
    begun = await handle.describe()
    await handle.terminate(reason="only its time was asked")
    return begun.start_time
