"""The registry: units, people, policy packs and calendars as facts, each on its own stream.

No workflow stands by these: they have no clock. Start reading at `decider.py`.
"""
