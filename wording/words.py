"""What the words of one kind of case are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wording.labels import Both
