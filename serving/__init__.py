"""Small HTTP servers of ours, and doors that nobody can hold open [web server].

`doors.py` bounds how long and how many; `listening.py` finds an address and serves an application.
Knows no other room: the log's server and a witness of another organisation use the same.
"""
