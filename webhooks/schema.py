"""The tables of webhooks: whose turn it is, how far each has come, what waits, how attempts went.

Instants are text in the one form that is hashed, so that they sort as they happened; "" is none.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()
webhook_turn = Table(
    "webhook_turn",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
)
webhook_reach = Table(
    "webhook_reach",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Text, nullable=False),
    Column("held_until", Text, nullable=False),
)
webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("tried", Integer, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("dead", Boolean, nullable=False),
)
webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("status", Integer),
    Column("outcome", Text, nullable=False),
    Column("millis", Integer, nullable=False),
)
Index("webhook_attempt_of", webhook_attempt.c.subscription, webhook_attempt.c.id)
