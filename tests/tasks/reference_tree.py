"""How a share lives, once more: plain objects in memory, for tests that do random things.

Written from DESIGN 3 without the services, and asked after each step whether they agree. Figures
are fractions, counted anew from the leaves each time.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

DONE = "done"
OPEN = ("issued", "objected", "acknowledged", "submitted")
UNENDED = (*OPEN, "suspended")


@dataclass(eq=False)
class Node:
    unit: str
    due: dt.date
    above: "Node | None" = None
    own: bool = False
    state: str = "issued"
    percent: Fraction = Fraction(0)
    weight: int = 1
    rollup: str = "average"
    #: The percent of the report that waits, or ``DONE``; the day of the request that waits.
    said: Fraction | str | None = None
    asked: dt.date | None = None
    #: The state and the figure at which it stopped.
    rested: str = ""
    stopped: Fraction = Fraction(0)
    below: list["Node"] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return self.above.depth + 1 if self.above else 0

    def tree(self) -> Iterator["Node"]:
        yield self
        for child in self.below:
            yield from child.tree()

    def figure(self) -> Fraction:
        if self.state == "closed":
            return Fraction(100)
        if self.state in ("cancelled", "suspended"):
            return self.stopped
        counting = [n for n in self.below if n.state not in ("cancelled", "suspended")]
        if not counting or self.rollup == "reported":
            return self.percent
        weights = [n.weight for n in counting]
        weights = weights if any(weights) else [1] * len(counting)
        pairs = zip(weights, counting, strict=True)
        mean = sum((w * n.figure() for w, n in pairs), Fraction(0)) / sum(weights)
        return min(Fraction(round(mean * 10**6), 10**6), Fraction(99))

    def has_open_below(self) -> bool:
        return any(child.state in OPEN for child in self.below)

    def allows(self, day: dt.date) -> bool:
        """Whether the share above is due on that day or later."""
        return self.above is None or day <= self.above.due

    def broken_by(self, day: dt.date) -> list["Node"]:
        return [n for n in self.tree() if n is not self and n.state in UNENDED and n.due > day]

    def end(self, state: str) -> None:
        ending = [n for n in self.tree() if n.state in UNENDED and n.state != state]
        for node, figure in [(n, n.figure()) for n in ending]:
            node.rested, node.state, node.stopped = node.state, state, figure
