"""The notifiers that come with the engine, a file for each kind of channel.

Any SMS gateway can be put behind the webhook; it is the only one that is given telephone numbers.
Who is told by which is chosen in `choosing.py`.
"""
