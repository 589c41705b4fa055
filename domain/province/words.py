"""The closed lists and short types of a province's record; values are stored for ever."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic import StringConstraints as Text

from domain.oversight.words import Digest
from domain.values import UUID


class CityAlarmGround(StrEnum):
    """How two notes signed by one city contradict each other."""

    CHECKPOINTS = "CHECKPOINTS"  # 检查点互相矛盾：两部历史
    SAME_NUMBER = "SAME_NUMBER"  # 同一编号两份不同的报表
    SERIES = "SERIES"  # 报表不接续所持的上一份


class StatementStanding(StrEnum):
    """How the statement of one city and month stands with the province."""

    ON_TIME = "ON_TIME"  # 按期
    LATE = "LATE"  # 迟报
    WITHDRAWN = "WITHDRAWN"  # 已撤回
    MISSING = "MISSING"  # 缺报
    AWAITED = "AWAITED"  # 未到期


CityId = Annotated[str, Text(pattern=rf"^city/{UUID}$")]
"""The stream of a city as a province holds it."""

ProofHashes = Annotated[tuple[Digest, ...], Field(max_length=63)]
"""A consistency proof, in hexadecimal (RFC 6962 §2.1.2)."""

AlarmNumber = Annotated[int, Field(ge=1, le=999_999)]
"""The number of an alarm among those of its city, from 1."""
