"""`jiedui-witness`: the witness as a command of its own."""
