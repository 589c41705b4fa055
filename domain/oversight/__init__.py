"""Oversight: audits, exports, unmaskings, clerks' histories and the log's own life, as facts.

Every look into the record leaves a record of its own; personal data never stands in one. Start
reading at `decider.py`.
"""
