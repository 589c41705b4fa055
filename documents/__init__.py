"""Papers an office prints, signs and files: what each says, as PDF and as docx.

What lives here: papers as plain values (`paper.py`), one module per kind of document that words it,
and two renderers that know only blocks (`pdf.py`, `word.py`). Nothing here opens a ledger or knows
who asks: `services/documents.py` gathers. Start reading at `task_order.py`.
"""
