"""What workflows ask of the world: recording, telling people, freezing figures, erasing.

What lives here: the fulfilment of `workflows.ports`, next to the ledger; never a rule of the field.
Start reading at `recording.py`; every activity says what a second call of it finds.
"""
