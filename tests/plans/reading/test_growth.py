"""Time grows with the length of a text, not with its square, whatever it repeats."""

import time
from collections.abc import Callable

import pytest

from plans.reading.formats import blocks_of_text
from plans.reading.grammar import read_blocks

PATTERNS: dict[str, Callable[[int], str]] = {
    "brackets open": lambda n: "（" * n,
    "brackets nested": lambda n: "（" * n + "）" * n,
    "bracket after bracket": lambda n: "（县司法局）" * n,
    "labels in brackets": lambda n: "（责任单位：" * n,
    "labels": lambda n: "责任单位：" * n,
    "labels after stops": lambda n: "。责任单位：甲" * n,
    "words of labels": lambda n: "工作完成时限" * n,
    "stops": lambda n: "、" * n,
    "names and": lambda n: "（县司法局和" + "县财政局和" * n + "）",
    "names without signs": lambda n: "（" + "县司法局" * n + "）",
    "places": lambda n: "（" + "各乡镇、" * n + "）",
    "years": lambda n: "2026年" * n,
    "months": lambda n: "6月至" * n,
    "every": lambda n: "每" * n,
    "times set": lambda n: "按照" + "甲" * n,
    "numbers": lambda n: "。1." * n,
    "numbers in brackets": lambda n: "(1)" * n,
    "circled": lambda n: "①" * n,
    "titles": lambda n: "《" * n,
    "notices": lambda n: "现将《" * n,
    "leads": lambda n: "牵头" * n,
    "pipes": lambda n: "|" * n,
    "signs": lambda n: "甲" * n,
    "digits": lambda n: "1" * n,
    "blanks": lambda n: " \u3000" * n + "。",
    "chapters": lambda n: "\n一、甲" * n,
    "items": lambda n: "\n1.甲。（县司法局，6月底前）" * n,
    "items without marks": lambda n: "\n1.甲。" * n,
    "broken brackets": lambda n: "\n（责任单位：" * n,
    "broken lists": lambda n: "\n甲、" * n,
    "cells": lambda n: "\n序号\n任务\n单位" * n,
    "cells with signs": lambda n: "\n任务|" * n,
    "rows": lambda n: "\n任务|责任单位|时限" * n,
    "tabs": lambda n: "\n任务\t责任单位\t时限" * n,
}


def seconds(text: str) -> float:
    """Of this process's processor, the quicker of two readings."""
    taken = []
    for _again in range(2):
        started = time.process_time()
        read_blocks(blocks_of_text(text))
        taken.append(time.process_time() - started)
    return min(taken)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_twice_the_text_takes_about_twice_the_time(pattern: str) -> None:
    repeat = PATTERNS[pattern]
    small, large = (seconds(f"1.甲{repeat(n)}。\n{repeat(n)}") for n in (100, 400))
    assert large < 0.02 or large / small < 9, f"{small:.3f} s, {large:.3f} s"
