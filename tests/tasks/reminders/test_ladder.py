"""Who hears of it after how many working days."""

import pytest

from tasks.models import Reminder
from tasks.reminders.ladder import steps_reached
from tasks.rules import DEFAULT_RULES

Step = Reminder.Step


@pytest.mark.parametrize(
    ("days_late", "expected"),
    [
        (0, [Step.OFFICER]),
        (1, [Step.OFFICER, Step.HEAD]),
        (4, [Step.OFFICER, Step.HEAD]),
        (5, [Step.OFFICER, Step.HEAD, Step.UNIT_ABOVE]),
        (9, [Step.OFFICER, Step.HEAD, Step.UNIT_ABOVE]),
        (10, [Step.OFFICER, Step.HEAD, Step.UNIT_ABOVE, Step.ISSUING_OFFICE]),
        (200, [Step.OFFICER, Step.HEAD, Step.UNIT_ABOVE, Step.ISSUING_OFFICE]),
    ],
)
def test_steps_reached(days_late: int, expected: list[Step]) -> None:
    assert steps_reached(days_late, DEFAULT_RULES.graces) == expected


def test_there_is_a_grace_for_every_step() -> None:
    assert len(DEFAULT_RULES.graces) == len(Step)


def test_a_step_never_hears_before_the_one_below_it() -> None:
    assert steps_reached(3, (0, 5, 2, 3)) == [Step.OFFICER]
