"""The rule of completion, by hand, and under the lock."""

from decimal import Decimal

import pytest

from tasks.completion import completion_of, weighted_mean
from tasks.models import Task


def task(completion: str = "0", **fields: object) -> Task:
    defaults = {
        "role": "responsible",
        "state": "acknowledged",
        "deadline_kind": "date",
        "completion": Decimal(completion),
        "weight": Decimal(1),
    }
    return Task(**{**defaults, **fields})


@pytest.mark.parametrize(
    ("share", "children", "expected"),
    [
        (task(reported_percent=Decimal(40)), [], "40"),
        (task(state="closed"), [task("10")], "100"),
        (task(), [task("50"), task("100", state="closed")], "75"),
        (task(), [task("100", state="closed"), task("100", state="closed")], "99"),
        (task(), [task("0"), task("0"), task("100", state="closed")], "33.333333"),
        (task(), [task("80", weight=Decimal(3)), task("20")], "65"),
        (task(), [task("80", weight=Decimal(0)), task("20", weight=Decimal(0))], "50"),
        (task(), [task("80"), task("20", role="supporting")], "80"),
        (task(), [task("80"), task("20", state="cancelled")], "80"),
        (task(), [task("80"), task("20", state="suspended")], "80"),
        (task(), [task("80"), task("20", deadline_kind="ongoing")], "80"),
        (task(reported_percent=Decimal(7)), [task("20", role="supporting")], "7"),
        (task(reported_percent=Decimal(7), rollup="reported"), [task("80")], "7"),
    ],
)
def test_completion_of_a_share(share: Task, children: list[Task], expected: str) -> None:
    assert completion_of(share, children) == Decimal(expected)


def test_thirds_are_cut_at_a_millionth() -> None:
    thirds = [task("100", state="closed"), task("100", state="closed"), task("0")]
    assert completion_of(task(), thirds) == Decimal("66.666667")


def test_weights_are_relative() -> None:
    light = [task("10", weight=Decimal("0.5")), task("40", weight=Decimal("0.25"))]
    assert weighted_mean(light) == Decimal(20)
