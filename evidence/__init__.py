"""Strangers' files: what each is by its content, cleaned of what it should not carry, or refused.

Files are read in a process apart (`reading.py` and what it calls); the parent (`preparing.py`) only
hands bytes over and says what was found wrong. No case, command or rule of a task is known here.
Begin at `preparing.prepared`.
"""
