"""What a person can do, each once, for every door: command line, console and API.

What lives here: one function for each act, with its record; never a rule, a table or a print.
"""
