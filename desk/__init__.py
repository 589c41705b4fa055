"""The desk [command handler]: where commands are decided and recorded, in one breath.

What lives here: the gateway of the process that was asked, loading a case, the rule book, sealing;
never a rule of its own. Start reading at `gateway.py`, then `desk.py`.
"""
