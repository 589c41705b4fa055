"""The programme (试点): a call to communities, scores, a selection, progress and goals met or not.

Start reading at `decider.py`; figures are defined in `domain/community_figures.py`.
"""
