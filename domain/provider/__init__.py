"""Providers of services: how a body applies, is admitted, rated, warned, and leaves (准入与退出).

The table of states and rows is in `decider.py`; who may give which command in `authority.py`.
"""
