"""What a key task of the sample year is, and what is counted under it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

#: Of a figure: others under the same key task, by their names.
Name = str


@dataclass(frozen=True)
class Counted:
    """An indicator with what its unit reported of it; ``None`` for what is computed.

    ``unit`` is left out where it is the key task's own.
    """

    name: Name
    value: str | None
    measure: str
    kind: str = "count"
    decimals: int = 0
    definition: str = ""
    numerator: Name = ""
    denominator: Name = ""
    part_of: Name = ""
    direction: str = "up"
    is_approximate: bool = False
    opening: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Item:
    """``unit`` leads; ``others`` answer for a part of it, each with what it told at year's end."""

    number: str
    section: str
    title: str
    text: str
    unit: str
    told: str
    figures: Sequence[Counted] = ()
    others: dict[str, str] = field(default_factory=dict)


def of(name: Name, value: str, measure: str = "件", **more: object) -> Counted:
    return Counted(name, value, measure, **more)  # type: ignore[arg-type]


def ratio(name: Name, numerator: Name, denominator: Name, **more: object) -> Counted:
    """In percent, computed of two others."""
    return Counted(
        name,
        None,
        "%",
        "ratio",
        numerator=numerator,
        denominator=denominator,
        **more,  # type: ignore[arg-type]
    )


def bare(name: Name, value: str, decimals: int, *, kind: str = "ratio", measure: str = "%",
         definition: str = "") -> Counted:  # fmt: skip
    """A computed figure of which nobody said what it was computed of."""
    return Counted(name, value, measure, kind, decimals, definition)
