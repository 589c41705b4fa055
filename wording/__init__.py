"""Every sentence, label and notice in both languages: for facts, commands, refusals, deadlines.

What lives here: words only; never a rule. Start reading at `sentences.py`, words of the field are
in `glossary.py`.
"""
