"""Read the tables offices hand over, and hand back the rows that cannot be taken.

Nothing here knows the ledger or Temporal: a file goes in, checked values and problems come out.
"""
