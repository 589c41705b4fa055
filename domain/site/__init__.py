"""Existing space (存量资源): rooms and ground a facility may stand on, reserved for one at a time.

What the register of sites promises: nobody plans on a site that another plan holds.
"""
