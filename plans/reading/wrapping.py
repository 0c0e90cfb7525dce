"""Lines that the print broke in the middle of a list or a bracket, joined again. Pure."""

from collections.abc import Iterator

from plans.reading.blocks import Line
from plans.reading.labels import begins_with_label
from plans.reading.numbering import number_of
from plans.reading.text import folded

#: Lines over which a bracket may run; one that is open longer was never closed.
MOST_LINES = 6


def unwrapped(lines: list[Line]) -> Iterator[Line]:
    """The lines, where a list or a bracket goes on in the next line taken together with it."""
    position = 0
    while position < len(lines):
        taken = _lines_of_one(lines[position : position + MOST_LINES])
        text = "".join(line.text.strip() for line in lines[position : position + taken])
        yield Line(lines[position].number, text if taken > 1 else lines[position].text)
        position += taken


def _lines_of_one(lines: list[Line]) -> int:
    """How many of the lines are one line that was broken."""
    joined = ""
    for taken, line in enumerate(lines):
        if taken and (number_of(line.text) or begins_with_label(line.text)):
            break
        joined += line.text.strip()
        if _is_whole(joined):
            return taken + 1
    return 1


def _is_whole(text: str) -> bool:
    return not _ends_in_list(text) and _depth(text) <= 0


def _ends_in_list(text: str) -> bool:
    return folded(text).rstrip().endswith(("、", ","))


def _depth(text: str) -> int:
    plain = folded(text)
    return sum(map(plain.count, "([")) - sum(map(plain.count, ")]"))
