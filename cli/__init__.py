"""The command `jiedui`: for operators, scripts and the embedded home.

What lives here: words, options, tables and exit status; never a rule. Start reading at `main.py`.
"""
