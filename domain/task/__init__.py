"""The support task (帮扶任务): from registration to the archive.

Commands ask, facts remember, states say what may happen next, the decider holds every rule.
Start reading at `decider.py`; the table it fulfils is printed in `docs/lifecycle.md`.
"""
