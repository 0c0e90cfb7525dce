"""The rule of completion, by hand, and under the lock."""

from decimal import Decimal

import pytest
from django.db import transaction

from tasks.completion import completion_of, roll_up, weighted_mean
from tasks.locking import lock_shares_of
from tasks.models import Task
from tests.county import County
from tests.tasks.life_case import townships_plan, villages


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
        (task(steps_total=3, steps_closed=1, reported_percent=Decimal(7)), [], "33.333333"),
        (task(steps_total=3, steps_closed=3), [], "99"),
        # With counting shares below, its own steps move its light and not its figure.
        (task(steps_total=2, steps_closed=1), [task("80")], "80"),
        (task(steps_total=2, steps_closed=1), [task("80", role="supporting")], "50"),
        (task(steps_total=2, steps_closed=1, rollup="reported"), [task("80")], "50"),
        (task(state="closed", steps_total=2), [], "100"),
        # What is carried over counts with what it had; what stopped stays where it was.
        (task(), [task("80", state="carried_over"), task("20")], "50"),
        (task("30", state="carried_over"), [task("80", state="carried_over")], "80"),
        (task("30", state="cancelled", reported_percent=Decimal(7)), [task("80")], "30"),
        (task("30", state="suspended"), [task("80", state="suspended")], "30"),
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


@pytest.mark.django_db
def test_all_shares_of_a_key_task_are_recomputed_from_the_leaves_up(county: County) -> None:
    plan = townships_plan(county)
    one, two = villages(county, plan)
    Task.objects.filter(pk=one.pk).update(reported_percent=Decimal(60))
    Task.objects.filter(pk=two.pk).update(reported_percent=Decimal(30))
    with transaction.atomic():
        roll_up(lock_shares_of(one.key_task_id))
    figures = Task.objects.filter(plan=plan, is_own_part=False).values_list(
        "unit__name", "completion"
    )
    assert dict(figures) == {
        "甲一村": Decimal(60),
        "甲二村": Decimal(30),
        "甲镇": Decimal(45),
        "乙乡": Decimal(0),
        "司法局": Decimal(15),
    }
