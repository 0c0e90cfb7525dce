"""The parts of a whole in percent, rounded so that they still make the whole. Pure.

Rounded one by one, three thirds are 99.9 %. By the largest remainder every part is first cut to
tenths of a percent, and the tenths left over go, one each, to those from which most was cut.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key", bound=str)

#: The whole, in tenths of a percent.
TENTHS = 1000


def percents_of(parts: Mapping[Key, int]) -> dict[Key, Decimal]:
    """Each part's percent with one decimal, in the order given; together exactly 100.0.

    Among equal remainders the larger part comes first, and of equal parts the one whose name
    does: so it does not depend on the order in which the parts are given. Of a whole of nothing
    every part is 0.0. Raises ``ValueError`` for a part below zero.
    """
    if any(part < 0 for part in parts.values()):
        raise ValueError("a part of a whole is not below zero")
    whole = sum(parts.values())
    if not whole:
        return dict.fromkeys(parts, Decimal("0.0"))
    tenths = {name: part * TENTHS // whole for name, part in parts.items()}
    left_over = TENTHS - sum(tenths.values())
    by_need = sorted(
        parts, key=lambda name: (-(parts[name] * TENTHS % whole), -parts[name], str(name))
    )
    for name in by_need[:left_over]:
        tenths[name] += 1
    return {name: Decimal(count).scaleb(-1) for name, count in tenths.items()}
