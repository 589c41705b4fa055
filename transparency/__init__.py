"""The formats of a public log: Merkle tree and proofs, signed notes, checkpoints, tiles, policies.

Only formats live here, as C2SP and RFC 6962 define them, readable by strangers' tools; never a
database, a network, or a word of our own domain. Start with `checkpoints`, then `proofs`.
"""
