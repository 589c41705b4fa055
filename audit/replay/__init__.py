"""What stood when, and why: time travel, figures, other packs. Start at `as_of.py`."""
