"""What an auditor takes away: bundles and proofs of single entries, cases and texts."""
