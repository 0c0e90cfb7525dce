"""Who is written to at each step, and who instead where nobody is there."""

import datetime as dt

import pytest

from accounts.models import Membership, Unit, User
from tasks.models import ProgressReport, Reminder, Task
from tasks.reminders.recipients import Directory, doers_of
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


class TestAway:
    def test_the_deputy_hears_of_it_while_somebody_is_away(
        self, house: House, village: Task
    ) -> None:
        person, deputy = house.person("村-officer"), house.person("镇-head")
        house.mail_settings(person, away_from=DUE, away_until=DUE, deputy=deputy)
        assert told(village, OFFICER) == ["镇-head"]

    def test_without_a_deputy_the_next_desk_hears_of_it(self, house: House, village: Task) -> None:
        person = house.person("村-officer")
        house.mail_settings(person, away_from=DUE, away_until=DUE)
        assert told(village, OFFICER) == ["村-head"]
        person.mail_settings.away_until = DUE + dt.timedelta(days=-1)
        assert not person.mail_settings.is_away(DUE)

    def test_an_address_that_was_refused_is_nobody_s(self, house: House, village: Task) -> None:
        house.person("村-officer", email_refusal="550 no such user")
        assert told(village, OFFICER) == ["村-head"]

    def test_who_wants_it_here_only_is_told_without_an_address(
        self, house: House, village: Task
    ) -> None:
        house.mail_settings(house.person("村-officer", email=""), in_app_only=True)
        assert told(village, OFFICER) == ["村-officer"]


class TestDecisions:
    def told(self, task: Task, rule: str, unit: Unit, step: int, *doers: User) -> list[str]:
        reminder = Reminder(
            task=task, unit=unit, rule=rule, step=step, on=DUE, planned_at=at(9, 30)
        )
        ids = [doer.pk for doer in doers]
        return [person.username for person in Directory(DUE).addressees(reminder, ids)]

    def test_those_who_decide_are_told_and_nobody_of_their_own_act(
        self, house: House, village: Task
    ) -> None:
        town, office = house.unit("镇"), house.unit("县")
        head = house.person("镇-head")
        coordinators = ["县-coordinator", "县-coordinator-2"]
        assert self.told(village, "to_approve", town, OFFICER) == ["镇-head"]
        assert self.told(village, "to_approve", town, OFFICER, head) == coordinators
        assert self.told(village, "to_extend", office, OFFICER) == coordinators
        assert self.told(village, "to_let_out", house.unit("村"), OFFICER) == ["村-head"]
        assert self.told(village, "to_approve", office, OFFICE) == coordinators

    def test_who_handed_in_what_waits(self, house: House, village: Task) -> None:
        author = house.person("村-officer")
        ProgressReport.objects.create(task=village, author=author, percent=1, submitted_at=at(9, 1))
        waiting = Reminder(pk=1, task=village, rule="to_approve")
        late = Reminder(pk=2, task=village, rule="overdue")
        assert doers_of([waiting, late]) == {1: {author.pk}}
        assert doers_of([late]) == {}
