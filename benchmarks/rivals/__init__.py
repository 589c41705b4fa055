"""Other engines on the same machine and databases, under the same promise: durable, then told."""
