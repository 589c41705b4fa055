"""The rules of pairing (结对), pure: no clock, no database, no network, no randomness.

What lives here: units, people, envelopes, calendars, policies and the deciders of every case.
Start reading at `task/decider.py`, beside the table it fulfils in `docs/lifecycle.md`.
"""
