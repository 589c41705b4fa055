"""`jiedui witness`: the witness of another organisation's log, the same as `jiedui-witness`."""

from witness.main import witness

__all__ = ["witness"]
