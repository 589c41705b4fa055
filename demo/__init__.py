"""`jiedui demo`: the main job end to end on the sample district, with a real Temporal server.

What lives here: a cast out of the registry, the episodes it plays, and what is said about them.
Nothing here is a shortcut: every step is a command given through the gateway by somebody who may.
Start reading at `command.py`, then `paths.py`, which tells the episodes.
"""
