"""Whether the blocks of a page stand in sight, inside it, and beside each other."""

from itertools import combinations
from typing import Any

from playwright.sync_api import Page

#: Pixels by which neighbours may touch: borders and rounding.
SLACK = 1.5

Box = dict[str, Any]


def faults_of_layout(page: Page, blocks: tuple[str, ...]) -> list[str]:
    boxes = {block: _box_of(page, block) for block in blocks}
    width = page.evaluate("document.documentElement.clientWidth")
    unseen = [f"{name} is not in sight" for name, box in boxes.items() if not _stands(box)]
    seen: dict[str, Box] = {name: box for name, box in boxes.items() if box and _stands(box)}
    outside = [f"{name} sticks out" for name, box in seen.items() if _beyond(box, width)]
    over = [f"{a} lies over {b}" for a, b in combinations(seen, 2) if _overlap(seen[a], seen[b])]
    return unseen + outside + over


def _box_of(page: Page, block: str) -> Any:
    found = page.locator(block)
    return found.first.bounding_box() if found.count() else None


def _stands(box: Any) -> bool:
    return bool(box) and box["width"] > 0 and box["height"] > 0


def _beyond(box: Box, width: int) -> bool:
    return bool(box["x"] < -SLACK or box["x"] + box["width"] > width + SLACK)


def _overlap(one: Box, other: Box) -> bool:
    return all(
        one[start] + SLACK < other[start] + other[size]
        and other[start] + SLACK < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )
