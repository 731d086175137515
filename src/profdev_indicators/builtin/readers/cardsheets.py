"""The card an organisation fills: how its sheet says of itself what stands where.

A card is found by looking, never by address, so it survives inserted rows, moved columns, other formats (XLS, ODS),
another name of the file, and a move of the sheet into another book:

* one hidden row begins, in the hidden column of keys, with :data:`MARK`; its other cells name the roles of the columns
  (:data:`TITLE`, :data:`VALUE`, :data:`LINK` …);
* the hidden column of keys holds, in the row of each question, the id of its item; in hidden or visible rows above the
  questions, the keys of :data:`FACTS`, whose values stand in the column of values.
"""

from __future__ import annotations

MARK = "profdev-card/1"
SHEET = "Карта"

# Roles of columns, as the marked row names them.
NUMBER, TITLE, VALUE, LINK, CHECK, LAST = "number", "title", "value", "link", "check", "last"

# Keys of rows which are no questions.
DISTRICT = "@district"  # id of the configuration
CONFIG = "@config"  # District.digest when the card was made
VERSION = "@version"  # of the program
PERIOD = "@period"
UNIT = "@unit"  # id of the organisation the card was made for
NAME = "@name"  # its name: as made, or as the organisation corrected it
INN = "@inn"
OGRN = "@ogrn"
FACTS = (DISTRICT, CONFIG, VERSION, PERIOD, UNIT, NAME, INN, OGRN)
