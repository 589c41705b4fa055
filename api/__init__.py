"""The door for other programs: JSON over HTTP under `/api/v1`, on the same services as the pages.

No rule lives here. A request is read (`reading_requests`), its caller known (`callers`), one
service asked, and the answer shown; what goes wrong is told as `problems`. Start reading at `app`.
"""
