"""Who may sign in: passwords and sessions, kept apart from the record.

What the record says of them (that a password was set, that a session began and ended) are facts on
the person's stream; secrets are only here, hashed.
"""
