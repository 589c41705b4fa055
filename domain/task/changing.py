"""`replace` for the frozen values of `state.py`: what `dataclasses.replace` promises, but cheap.

A case is folded from all its facts whenever it is loaded, and `dataclasses.replace` reads every
field through `getattr` and runs `__init__` again: four fifths of the fold were spent there. The
values have no slots and no `__post_init__`, so that a copy of the dictionary is the whole copy.
Type checkers see the original, and so check the names and types of what is changed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(value, /, **changes):  # noqa: ANN001, ANN003, ANN201 - typed as the original above
        """Return *value* with *changes*."""
        new = object.__new__(type(value))
        object.__setattr__(new, "__dict__", value.__dict__ | changes)
        return new


__all__ = ["replace"]
