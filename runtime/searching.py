"""Which search attributes a cluster knows: created where we may, and never believed otherwise."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=10)


async def searchable_by(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> bool:
    """Say whether the client's namespace knows every one of *keys*; add what is missing if we may.

    False is said in the log, with what an operator can do; everything but searching works then.
    """
    operator = client.operator_service
    try:
        known = await operator.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace), timeout=_PATIENCE
        )
        missing = [key for key in keys if key.name not in known.custom_attributes]
        if missing:
            await operator.add_search_attributes(
                AddSearchAttributesRequest(
                    namespace=client.namespace,
                    search_attributes={
                        key.name: IndexedValueType.ValueType(key.indexed_value_type)
                        for key in missing
                    },
                ),
                timeout=_PATIENCE,
            )
            log.info("search attributes added", names=[key.name for key in missing])
        other = [
            key.name
            for key in keys
            if known.custom_attributes.get(key.name, key.indexed_value_type)
            != key.indexed_value_type
        ]
    except RPCError as error:
        log.warning(
            "temporal cannot be searched by our attributes; have its operator create them",
            names=[key.name for key in keys],
            reason=error.status.name,
        )
        return False
    if other:
        log.warning("search attributes of our names have other types", names=other)
    return not other
