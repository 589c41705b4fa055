"""The formats of a transparency log: Merkle tree, signed notes, checkpoints, tiles, proofs."""
