"""What people read of a programme, as an office in Guangzhou would write it."""

from wording.kinds_of_words import Words
