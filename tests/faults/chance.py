"""Where the fault tests leave something to chance: from one seed, so that a run can be repeated."""

import os
import random

#: ``make faults`` draws one and prints it; the ordinary run always has the same.
SEED = int(os.environ.get("LUOSHI_SEED", "2021"))


def chance(name: str) -> random.Random:
    """A sequence of its own for each name, whatever ran before."""
    return random.Random(f"{SEED} {name}")  # noqa: S311 - a test's dice
