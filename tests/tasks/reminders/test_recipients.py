"""Who is written to at each step, and who instead where nobody is there."""

import pytest

from accounts.models import Membership, User
from tasks.models import Reminder, Task
from tasks.reminders.recipients import Directory
from tests.reminder_rows import DUE, House, at, make_house

OFFICER, HEAD, UNIT_ABOVE, OFFICE = range(4)


@pytest.fixture
def house(db: None) -> House:
    return make_house()


@pytest.fixture
def village(house: House) -> Task:
    """The share of 村 below that of 镇, below the root of 局."""
    town = house.add_share("镇", parent=house.add_share("局"))
    return house.add_share("村", parent=town)


def told(task: Task, step: int) -> list[str]:
    reminder = Reminder(
        task=task, unit=task.unit, rule="overdue", step=step, on=DUE, planned_at=at(9, 30)
    )
    return [person.username for person in Directory(DUE).addressees(reminder)]


def test_each_step_has_its_people(village: Task) -> None:
    assert [told(village, step) for step in range(4)] == [
        ["村-officer"],
        ["村-head"],
        ["镇-officer"],
        ["县-coordinator", "县-coordinator-2"],
    ]


def test_above_a_root_stands_the_issuing_office(house: House) -> None:
    assert told(house.add_share("局"), UNIT_ABOVE) == ["县-coordinator", "县-coordinator-2"]


def test_without_officers_the_heads_and_without_heads_the_unit_above(
    house: House, village: Task
) -> None:
    end_roles("村-officer")
    assert told(village, OFFICER) == ["村-head"]
    end_roles("村-head")
    assert told(village, OFFICER) == told(village, HEAD) == ["镇-officer"]
    end_roles("镇-officer")
    assert told(village, OFFICER) == told(village, UNIT_ABOVE) == ["镇-head"]
    end_roles("镇-head")
    assert told(village, OFFICER) == ["县-coordinator", "县-coordinator-2"]


def test_nobody_with_an_address_or_an_account_in_use(house: House, village: Task) -> None:
    User.objects.filter(username="村-officer").update(is_active=False)
    User.objects.filter(username="村-head").update(email="")
    assert told(village, OFFICER) == ["镇-officer"]


def test_of_the_office_only_those_who_see_the_whole_plan(house: House) -> None:
    """A mail about a share out of the reader's sight would never say anything."""
    house.plan.issuing_unit = house.unit("局")
    house.plan.save()
    task = house.add_share("镇")
    end_roles("镇")
    assert [told(task, step) for step in range(4)] == [[], [], [], []]
    house.add_person("局", "coordinator")
    assert [told(task, step) for step in range(4)] == [["局-coordinator"]] * 4


def test_nobody_at_all(village: Task) -> None:
    end_roles("")
    assert [told(village, step) for step in range(4)] == [[], [], [], []]


def end_roles(username: str) -> None:
    ended = Membership.objects.filter(user__username__startswith=username)
    ended.update(valid_to=at(9, 29).date())
