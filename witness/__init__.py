"""A witness: a small program of another organisation that vouches for the log only growing."""
