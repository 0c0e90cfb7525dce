"""Which reminders there are, and when they end, around 30 September 2026."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.calendar import WorkCalendar
from tasks.models import Reminder, Task
from tasks.reminders.keys import ShareFacts, is_too_late, keys_of, why_untrue
from tasks.reminders.planning import plan_reminders
from tasks.rules import Rules
from tests.reminder_rows import (
    DUE,
    HOLIDAYS,
    ISSUED_ON,
    MAKE_UP_DAYS,
    House,
    at,
    make_house,
    make_mail,
    said,
)

CALENDAR = WorkCalendar(dict.fromkeys(HOLIDAYS, False) | dict.fromkeys(MAKE_UP_DAYS, True))
ONE_DAY = dt.timedelta(days=1)


def facts(**changes: Any) -> ShareFacts:
    share = ShareFacts(
        task_id=1,
        state="acknowledged",
        due_on=DUE,
        deadline_version=1,
        issued_on=ISSUED_ON,
        acknowledgement_days=1,
        unit_id=10,
        above_id=20,
        office_id=30,
    )
    return share._replace(**changes)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def told(on: str, **changes: Any) -> list[tuple[str, str, int, int]]:
    """Rule, day, unit and step of everything that must have been said by the day."""
    keys = keys_of(facts(**changes), CALENDAR, day(on))
    return sorted((k.rule, k.on.isoformat()[5:], k.unit_id, k.step) for k in keys)


class TestRules:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("09-02", []),
            ("09-03", [("before", "09-03", 10, 0)]),
            ("09-24", [("before", "09-23", 10, 0)]),
            ("09-29", [("before", "09-29", 10, 0)]),
            ("09-30", [("on_the_day", "09-30", 10, 0)]),
            ("10-07", [("on_the_day", "09-30", 10, 0)]),
            ("10-08", [("overdue", "10-08", 10, 0)]),
            ("10-09", [("overdue", "10-09", 10, 0), ("overdue", "10-09", 10, 1)]),
            (
                "10-14",
                [
                    ("overdue", "10-14", 10, 0),
                    ("overdue", "10-14", 10, 1),
                    ("overdue", "10-14", 20, 2),
                ],
            ),
            (
                "10-21",
                [
                    ("overdue", "10-21", 10, 0),
                    ("overdue", "10-21", 10, 1),
                    ("overdue", "10-21", 20, 2),
                    ("overdue", "10-21", 30, 3),
                ],
            ),
        ],
    )
    def test_around_a_deadline(self, on: str, expected: list[tuple[str, str, int, int]]) -> None:
        assert told(on) == expected

    def test_overdue_is_said_again_every_five_working_days(self) -> None:
        days = {
            key.on
            for n in range(45)
            for key in keys_of(facts(), CALENDAR, day("10-01") + n * ONE_DAY)
            if key.rule == "overdue"
        }
        assert [d.isoformat()[5:] for d in sorted(days)] == [
            "10-08",
            "10-09",
            "10-14",
            "10-21",
            "10-28",
            "11-04",
            "11-11",
        ]

    @pytest.mark.parametrize(
        "state", ["submitted", "closed", "cancelled", "suspended", "carried_over"]
    )
    def test_nothing_about_shares_on_which_nothing_is_expected(self, state: str) -> None:
        assert [told(on, state=state) for on in ("09-29", "09-30", "10-21")] == [[], [], []]

    def test_an_ongoing_share_is_never_spoken_of_by_date(self) -> None:
        assert told("10-21", due_on=None) == []

    def test_nothing_from_before_the_share_was_issued(self) -> None:
        assert told("09-24", issued_on=day("09-24")) == []
        assert told("09-23", issued_on=day("09-23")) == [("before", "09-23", 10, 0)]

    def test_a_share_not_signed_for_climbs_the_ladder_too(self) -> None:
        late = {"state": "issued", "due_on": None}
        assert told("03-02", **late) == []
        assert told("03-03", **late) == [("to_acknowledge", "03-03", 10, 0)]
        assert told("03-04", **late) == [
            ("to_acknowledge", "03-04", 10, 0),
            ("to_acknowledge", "03-04", 10, 1),
        ]

    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("09-21", []),
            ("09-22", [("report_due", "09-22", 10, 0)]),
            ("09-25", [("report_due", "09-22", 10, 0)]),
            ("09-28", [("report_due", "09-28", 10, 0)]),
            ("09-29", [("report_due", "09-29", 10, 0), ("report_due", "09-29", 10, 1)]),
        ],
    )
    def test_around_a_regular_report(
        self, on: str, expected: list[tuple[str, str, int, int]]
    ) -> None:
        assert told(on, due_on=None, report_due_on=day("09-25")) == expected

    def test_a_returned_report_is_spoken_of_at_once_and_climbs(self) -> None:
        returned = {"due_on": None, "returned_since": day("09-01")}
        assert told("08-31", **returned) == []
        assert told("09-01", **returned) == [("returned", "09-01", 10, 0)]
        assert [step for *_rest, step in told("09-15", **returned)] == [0, 1, 2, 3]

    @pytest.mark.parametrize(
        ("rule", "since", "unit"),
        [
            ("to_let_out", "inside_since", 10),
            ("to_approve", "submitted_since", 20),
            ("to_extend", "extension_since", 20),
        ],
    )
    def test_what_waits_for_a_decision(self, rule: str, since: str, unit: int) -> None:
        waiting = {"due_on": None, "decider_id": 20, since: day("09-01")}
        assert told("09-03", **waiting) == []
        assert told("09-04", **waiting) == [(rule, "09-04", unit, 0)]
        assert told("09-18", **waiting)[-1][2:] == (30, 3)
        by_office = waiting | {"decider_id": 30}
        if unit == 20:
            assert told("09-18", **by_office) == [(rule, "09-18", 30, 0)]

    def test_a_plan_has_rules_of_its_own(self) -> None:
        rules = Rules(days_before=(2,), graces=(0, 3, 3, 3), every=2)
        assert told("09-24", rules=rules) == []
        assert told("09-28", rules=rules) == [("before", "09-28", 10, 0)]
        assert [(d, step) for _rule, d, _unit, step in told("10-10", rules=rules)] == [("10-10", 0)]
        assert [step for *_rest, step in told("10-12", rules=rules)] == [0, 1, 2, 3]
        silent = Rules(silent=frozenset({"overdue"}))
        assert told("10-21", rules=silent) == []

    def test_what_is_far_behind_is_too_late_to_be_said(self) -> None:
        [key] = keys_of(facts(), CALENDAR, day("09-23"))
        assert not is_too_late(key, Rules(horizon=1), CALENDAR, day("09-24"))
        assert is_too_late(key, Rules(horizon=1), CALENDAR, day("09-25"))

    def test_the_unit_is_not_told_as_its_own_unit_above(self) -> None:
        steps = [step for *_rest, step in told("10-21", above_id=10)]
        assert steps == [0, 1, 3]

    @settings(deadline=None)
    @given(gap=st.integers(1, 60), start=st.dates(day("08-20"), day("11-30")))
    def test_a_gap_of_any_length_ends_with_what_daily_looks_end_with(
        self, gap: int, start: dt.date
    ) -> None:
        """Whoever looks after a gap finds what those who looked daily found last, and no more."""
        end = start + gap * ONE_DAY
        daily = {
            key
            for n in range(-400, gap + 1)
            for key in keys_of(facts(), CALENDAR, start + n * ONE_DAY)
        }
        after = keys_of(facts(), CALENDAR, end)
        assert after <= daily
        latest = max((key.on for key in daily), default=None)
        assert {key.on for key in after} == ({latest} if latest else set())


class TestTruth:
    @pytest.mark.parametrize(
        ("on", "changes", "reason"),
        [
            ("09-28", {}, None),
            ("09-28", {"state": "closed"}, "closed"),
            ("09-28", {"state": "submitted"}, "submitted"),
            ("09-28", {"deadline_version": 2, "due_on": day("10-30")}, "deadline_moved"),
            ("09-29", {}, "overtaken"),
            ("10-21", {}, "overtaken"),
        ],
    )
    def test_why_a_reminder_is_no_longer_true(
        self, on: str, changes: dict[str, Any], reason: str | None
    ) -> None:
        [key] = keys_of(facts(), CALENDAR, day("09-23"))
        assert why_untrue(key, facts(**changes), CALENDAR, day(on)) == reason

    def test_a_moved_deadline_leaves_the_signature_wanted(self) -> None:
        [key] = keys_of(facts(state="issued"), CALENDAR, day("03-03"))
        moved = facts(state="issued", deadline_version=2)
        assert why_untrue(key, moved, CALENDAR, day("03-03")) is None
        assert why_untrue(key, facts(), CALENDAR, day("03-03")) == "acknowledged"


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def plan_on(month: int, date: int) -> int:
    return plan_reminders(on=dt.date(2026, month, date), at=at(month, date))


def ended() -> list[tuple[str, str, str]]:
    rows = Reminder.objects.filter(superseded_at__isnull=False)
    return sorted((r.rule, r.on.isoformat()[5:], r.superseded_because) for r in rows)


class TestPlan:
    def test_what_is_missing_is_added_once(self, house: House) -> None:
        task = house.add_share("镇")
        assert [plan_on(9, 3), plan_on(9, 3), plan_on(9, 4)] == [1, 0, 0]
        reminder = Reminder.objects.get()
        assert (reminder.task, reminder.unit, reminder.on) == (task, house.unit("镇"), day("09-03"))
        assert (reminder.planned_at, reminder.deadline_version) == (at(9, 3), 1)

    def test_a_share_issued_today_gives_nothing_yet(self, house: House) -> None:
        house.add_share("镇", state="issued", issued_at=at(9, 8), due_on=day("12-31"))
        assert (plan_on(9, 8), said()) == (0, [])

    def test_the_unit_above_is_that_of_the_share_above(self, house: House) -> None:
        root = house.add_share("局", due_on=None)
        town = house.add_share("镇", parent=root, due_on=None)
        house.add_share("村", parent=town)
        plan_on(10, 21)
        assert said() == [
            ("县", "overdue", "10-21", 3),
            ("村", "overdue", "10-21", 0),
            ("村", "overdue", "10-21", 1),
            ("镇", "overdue", "10-21", 2),
        ]

    def test_above_a_root_stands_the_issuing_unit(self, house: House) -> None:
        house.add_share("局")
        plan_on(10, 14)
        assert said()[0] == ("县", "overdue", "10-14", 2)

    def test_what_became_untrue_ends_with_the_reason(self, house: House) -> None:
        closed = house.add_share("镇")
        moved = house.add_share("局")
        plan_on(9, 23)
        Task.objects.filter(pk=closed.pk).update(
            state="closed", closed_on=day("09-23"), completion=100
        )
        Task.objects.filter(pk=moved.pk).update(next_due_on=day("12-31"), deadline_version=2)
        plan_on(9, 24)
        assert ended() == [("before", "09-23", "closed"), ("before", "09-23", "deadline_moved")]
        assert said() == []

    def test_after_thirty_days_without_a_look_one_thing_is_said(self, house: House) -> None:
        house.add_share("镇")
        plan_on(9, 23)
        plan_on(10, 23)
        assert ended() == [("before", "09-23", "overtaken")]
        assert [row[1:] for row in said() if row[0] == "镇"] == [
            ("overdue", "10-21", 0),
            ("overdue", "10-21", 1),
        ]

    def test_a_returned_report_brings_the_reminder_back(self, house: House) -> None:
        task = house.add_share("镇")
        plan_on(9, 23)
        Task.objects.filter(pk=task.pk).update(state="submitted")
        plan_on(9, 24)
        assert ended() == [("before", "09-23", "submitted")]
        Task.objects.filter(pk=task.pk).update(state="acknowledged")
        assert plan_on(9, 25) == 0
        assert (ended(), said()) == ([], [("镇", "before", "09-23", 0)])

    def test_what_is_in_a_mail_is_left_to_the_mail(self, house: House) -> None:
        task = house.add_share("镇")
        plan_on(9, 23)
        Reminder.objects.get().mails.add(make_mail(house.person("镇-officer")))
        Task.objects.filter(pk=task.pk).update(state="submitted")
        plan_on(9, 24)
        assert ended() == []

    def test_the_number_of_queries_does_not_grow(
        self, house: House, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        house.add_share("镇")
        # calendar; those that wait, in a savepoint; five kinds of candidates, their rules and
        # periods in use; the shares, their plans with rules, and their facts; the reminders
        # known, insert
        with django_assert_num_queries(19):
            plan_on(9, 23)
        for _ in range(20):
            house.add_share("镇")
        # what waits from before is read with its shares' plans and facts
        with django_assert_num_queries(23):
            plan_on(9, 23)
        with django_assert_num_queries(22):
            plan_on(9, 23)

    @pytest.mark.django_db(transaction=True)
    def test_eight_planners_at_once_plan_everything_once(self) -> None:
        house = make_house()
        for _ in range(40):
            house.add_share("镇")
            house.add_share("局", state="issued")
        failures: list[Exception] = []
        together = threading.Barrier(8)

        def plan() -> None:
            try:
                together.wait()
                plan_on(10, 21)
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        planners = [threading.Thread(target=plan) for _ in range(8)]
        for planner in planners:
            planner.start()
        for planner in planners:
            planner.join()
        assert failures == []
        # 80 shares overdue on all four steps, 40 of them not signed for either
        assert Reminder.objects.filter(rule="overdue").count() == 80 * 4
        assert Reminder.objects.filter(rule="to_acknowledge").count() == 40 * 4
