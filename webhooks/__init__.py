"""Other organisations' systems are told which cases moved: by reference, signed, at least once.

Who is told of what is a fact (`webhook/<uuid>`); what is here can be lost, and then begins again.
Start reading at `relay.py`.
"""
