"""The one door to workflows: submit a command, get a receipt; ask a board, get an answer.

What lives here: sealing before anything travels, the early no, receipts, and 'not now, try again'.
Never a rule of its own. Start reading at `submitting.py`.
"""
