"""The operator's side of the public log: signing checkpoints, publishing tiles, asking witnesses."""
