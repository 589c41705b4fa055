"""The offline verifiers: copied next to every export, importing nothing of ours.

What never lives here: an import of another room. Start reading at `jiedui_verify.py`.
"""
