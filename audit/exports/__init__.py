"""Exports: the record in the forms other people's tools read, made from one snapshot.

Here live the choice of what to export, the forms, and the file that appears whole or not at all;
never an opened seal. Start with `choosing.py`, then the form you need.
"""
