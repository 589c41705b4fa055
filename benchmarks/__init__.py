"""Figures of one run, never asserted: `make bench`. Machines are noisy; compare the ratios.

Start reading at `__main__.py`.
"""
