"""A typed client of the API, for programs in Python: `from client.jiedui import Jiedui`.

It knows the API and nothing of the engine: values are those of the reference, errors are problems.
"""
