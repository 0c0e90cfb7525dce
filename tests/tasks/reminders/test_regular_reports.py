"""Reports that are owed by the quarter or the month: reminded of, and quiet once handed in."""

import datetime as dt

import pytest

from plans.models import Plan, ReportingPeriod
from tasks.models import ProgressReport, Reminder, Task
from tasks.reminders.facts import facts_of
from tasks.reminders.keys import SWITCHED_OFF, ReminderKey, why_untrue
from tasks.reminders.planning import plan_reminders
from tasks.reminders.recipients import desks_for
from tasks.rules import Rules
from tests.reminder_rows import House, at, make_house
from tests.tasks.reminders.test_planning import CALENDAR, facts

MARCH, JUNE = dt.date(2026, 3, 31), dt.date(2026, 6, 30)


@pytest.fixture
def house(db: None) -> House:
    house = make_house()
    rules = {"reporting_period": ReportingPeriod.QUARTERLY, "report_day": 25}
    Plan.objects.filter(pk=house.plan.pk).update(**rules)
    house.plan.refresh_from_db()
    return house


def hand_in(house: House, share: Task, period_end: dt.date, state: str = "approved") -> None:
    decided = state == "approved"
    ProgressReport.objects.create(
        task=share,
        author=house.person("局-officer"),
        percent=10,
        state=state,
        period_end=period_end,
        submitted_at=at(6, 20),
        decided_by=house.person("县-coordinator") if decided else None,
        decided_at=at(6, 21) if decided else None,
    )


def reminded(share: Task, on: dt.date) -> set[str]:
    plan_reminders(on=on, at=at(on.month, on.day))
    found = Reminder.objects.filter(task=share, rule=Reminder.Rule.REPORT_DUE)
    return {reminder.on.isoformat()[5:] for reminder in found}


def test_a_report_is_reminded_of_before_its_day_and_after_it(house: House) -> None:
    share = house.add_share("局", due_on=dt.date(2026, 12, 31), issued_at=at(3, 2))
    hand_in(house, share, MARCH)
    assert reminded(share, dt.date(2026, 6, 18)) == set()
    assert reminded(share, dt.date(2026, 6, 22)) == {"06-22"}
    assert "06-26" in reminded(share, dt.date(2026, 6, 26))


def test_what_was_handed_in_is_not_asked_for(house: House) -> None:
    share = house.add_share("局", due_on=dt.date(2026, 12, 31), issued_at=at(4, 2))
    hand_in(house, share, JUNE)
    assert reminded(share, dt.date(2026, 6, 26)) == set()
    told = facts_of([share], dt.date(2026, 6, 26))[share.pk]
    assert told.report_due_on == dt.date(2026, 9, 25)


def test_a_share_may_have_a_period_of_its_own(house: House) -> None:
    monthly = house.add_share(
        "局",
        due_on=dt.date(2026, 12, 31),
        issued_at=at(5, 4),
        reporting_period=ReportingPeriod.MONTHLY,
    )
    without = house.add_share("镇", due_on=dt.date(2026, 12, 31), issued_at=at(5, 4))
    assert reminded(monthly, dt.date(2026, 5, 20)) == {"05-20"}
    assert reminded(without, dt.date(2026, 5, 20)) == set()


def test_after_the_last_period_of_the_year_nothing_is_due(house: House) -> None:
    share = house.add_share("局", due_on=dt.date(2026, 12, 31), issued_at=at(10, 9))
    hand_in(house, share, dt.date(2026, 12, 31))
    assert facts_of([share], dt.date(2026, 12, 28))[share.pk].report_due_on is None


def test_a_rule_that_is_switched_off_makes_its_reminders_untrue() -> None:
    share = facts(rules=Rules(silent=frozenset({"before"})))
    key = ReminderKey(1, "before", dt.date(2026, 9, 23), 1, 10, 0)
    assert why_untrue(key, share, CALENDAR, dt.date(2026, 9, 24)) == SWITCHED_OFF


def test_where_nobody_decides_the_office_hears_of_it(house: House) -> None:
    share = house.add_share("局")
    waiting = Reminder(
        task=share,
        unit=house.unit("局"),
        rule=Reminder.Rule.TO_APPROVE,
        step=Reminder.Step.HEAD,
        on=dt.date(2026, 6, 1),
    )
    desks = [(unit.name, str(role)) for unit, role in desks_for(waiting)]
    assert desks == [("局", "head"), ("县", "coordinator")]
