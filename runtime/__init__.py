"""What every process needs before it can work: settings, logging, the home, Temporal.

Nothing here knows a rule. Start reading at `settings.py`; each setting says what it endangers.
"""
