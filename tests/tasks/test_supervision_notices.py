"""督办单: who issues it, how it is numbered, raised and lifted."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import Conflict, Invalid, NotAllowed, Refusal, Stale
from accounts.models import User
from plans.models import Plan
from tasks import urging
from tasks.access import actions_open_to
from tasks.locking import lock_chain
from tasks.models import SupervisionNotice, Task
from tasks.urging import issue_notice, lift_notice, raise_notice
from tests.county import (
    County,
    at,
    due,
    issued_plan,
    item,
    make_county,
    owner,
    share,
)
from tests.tasks.urging_case import (
    ANSWER_BY,
    make_plan,
    make_plan_of_another_year,
    noticed,
    refused,
)


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return share(plan, "甲镇")


class TestIssue:
    def test_is_numbered_within_its_plan(self, county: County, plan: Plan, town: Task) -> None:
        other = make_plan_of_another_year(county)
        numbers = [noticed(county, task).number for task in (town, share(plan, "乙乡"), town)]
        assert numbers == [1, 2, 3]
        assert noticed(county, share(other, "甲镇")).number == 1

    def test_is_kept_in_the_history_and_seen_by_the_unit(self, county: County, town: Task) -> None:
        notice = noticed(county, town, "yellow")
        event = town.events.get(kind="notice_issued")
        assert event.reason == "限期整改"
        assert event.data == {
            "notice": notice.pk,
            "number": 1,
            "level": "yellow",
            "answer_by": "2026-05-15",
        }
        seen = SupervisionNotice.objects.visible_to(county.officer("甲镇"), ANSWER_BY)
        assert list(seen) == [notice]
        assert not SupervisionNotice.objects.visible_to(county.officer("乙乡"), ANSWER_BY).exists()

    def test_a_refused_one_takes_no_number(self, county: County, town: Task) -> None:
        noticed(county, town)
        with transaction.atomic():
            assert noticed(county, town).number == 2
            transaction.set_rollback(True)
        assert noticed(county, town).number == 2

    def test_the_database_keeps_numbers_single(self, county: County, town: Task) -> None:
        first = noticed(county, town)
        second = noticed(county, town)
        with pytest.raises(IntegrityError):
            SupervisionNotice.objects.filter(pk=second.pk).update(number=first.number)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"text": "  "}, "text_missing"),
            ({"level": "purple"}, "unknown_level"),
            ({"answer_by": dt.date(2026, 5, 5)}, "answer_by_past"),
        ],
    )
    def test_what_it_must_say(
        self, county: County, town: Task, change: dict[str, object], code: str
    ) -> None:
        words: dict[str, object] = {"text": "限期整改", "level": "blue", "answer_by": ANSWER_BY}

        def issue() -> object:
            return issue_notice(
                town.pk,
                **words | change,  # type: ignore[arg-type]
                actor=county.coordinator,
                at=at(5, 6),
            )

        assert refused(Invalid, issue) == code

    def test_it_may_be_answered_on_the_same_day(self, county: County, town: Task) -> None:
        notice = issue_notice(
            town.pk,
            text="立即",
            answer_by=dt.date(2026, 5, 6),
            actor=county.coordinator,
            at=at(5, 6),
        )
        assert (notice.level, notice.answer_by) == ("blue", dt.date(2026, 5, 6))

    @pytest.mark.parametrize(
        "name", ["甲镇-head", "司法局-officer", "乙乡-head", "县-head", "县-viewer"]
    )
    def test_officers_and_other_units_issue_none(
        self, county: County, town: Task, name: str
    ) -> None:
        person = county.people[name]
        assert "issue_notice" not in actions_open_to(person, town, dt.date(2026, 5, 6))

        def issue() -> object:
            return issue_notice(
                town.pk, text="整改", answer_by=ANSWER_BY, actor=person, at=at(5, 6)
            )

        assert refused(NotAllowed, issue) == "not_supervisor"

    def test_heads_of_the_deciding_unit_do(self, county: County, plan: Plan) -> None:
        Plan.objects.filter(pk=plan.pk).update(decided_by="above")
        head, town = county.head("司法局"), share(plan, "甲镇")
        assert "issue_notice" in actions_open_to(head, town, dt.date(2026, 5, 6))
        issue_notice(town.pk, text="整改", answer_by=ANSWER_BY, actor=head, at=at(5, 6))
        assert noticed(county, town).number == 2

    def test_not_to_a_finished_share(self, county: County, town: Task) -> None:
        Task.objects.filter(pk=town.pk).update(state="suspended")
        assert refused(Conflict, lambda: noticed(county, town)) == "wrong_state"

    def test_not_on_an_older_version_of_the_share(self, county: County, town: Task) -> None:
        def issue() -> object:
            return issue_notice(
                town.pk,
                text="整改",
                answer_by=ANSWER_BY,
                actor=county.coordinator,
                at=at(5, 6),
                version=town.version - 1,
            )

        assert refused(Stale, issue) == "stale"


class TestRaise:
    def test_only_upward(self, county: County, town: Task) -> None:
        notice = noticed(county, town)
        office = county.coordinator
        raised = raise_notice(
            notice.pk, "yellow", "逾期未改", actor=office, at=at(5, 16), version=1
        )
        assert (raised.level, raised.version) == ("yellow", 2)
        event = town.events.get(kind="notice_raised")
        assert event.reason == "逾期未改"
        assert event.data == {
            "notice": notice.pk,
            "number": 1,
            "before": "blue",
            "after": "yellow",
        }
        for level in ("blue", "yellow"):
            code = refused(
                Conflict,
                partial(raise_notice, notice.pk, level, "x", actor=office, at=at(5, 17)),
            )
            assert code == "notice_not_higher"
        assert raise_notice(notice.pk, "red", "仍未改", actor=office, at=at(5, 18)).level == "red"

    @pytest.mark.parametrize(
        ("level", "reason", "kind", "code"),
        [
            ("red", " ", Invalid, "reason_missing"),
            ("black", "逾期", Invalid, "unknown_level"),
        ],
    )
    def test_what_it_must_say(
        self, county: County, town: Task, level: str, reason: str, kind: type[Refusal], code: str
    ) -> None:
        notice = noticed(county, town)
        found = refused(
            kind,
            lambda: raise_notice(notice.pk, level, reason, actor=county.coordinator, at=at(5, 16)),
        )
        assert found == code

    def test_by_those_who_may_issue(self, county: County, town: Task) -> None:
        notice = noticed(county, town)
        for person in (county.head("甲镇"), county.officer("司法局"), county.head("县")):
            for job in (
                partial(raise_notice, notice.pk, "red", "x", actor=person, at=at(5, 16)),
                partial(lift_notice, notice.pk, "x", actor=person, at=at(5, 16)),
            ):
                assert refused(NotAllowed, job) == "not_supervisor"

    def test_not_of_a_finished_share(self, county: County, town: Task) -> None:
        notice = noticed(county, town)
        Task.objects.filter(pk=town.pk).update(state="cancelled")
        office = county.coordinator
        code = refused(
            Conflict, lambda: raise_notice(notice.pk, "red", "x", actor=office, at=at(5, 16))
        )
        assert code == "wrong_state"
        assert lift_notice(notice.pk, "任务已取消", actor=office, at=at(5, 16)).lifted_by == office

    def test_on_the_version_that_was_seen(self, county: County, town: Task) -> None:
        notice = noticed(county, town)
        office: User = county.coordinator
        for job in (
            lambda: raise_notice(notice.pk, "red", "x", actor=office, at=at(5, 16), version=9),
            lambda: lift_notice(notice.pk, "x", actor=office, at=at(5, 16), version=9),
        ):
            assert refused(Stale, job) == "stale"


class TestLift:
    def test_once_and_with_a_reason(self, county: County, town: Task) -> None:
        notice = noticed(county, town, "red")
        office = county.coordinator
        code = refused(Invalid, lambda: lift_notice(notice.pk, "", actor=office, at=at(5, 16)))
        assert code == "reason_missing"
        lifted = lift_notice(notice.pk, "已整改到位", actor=office, at=at(5, 16), version=1)
        assert (lifted.lifted_by, lifted.lifted_at) == (office, at(5, 16))
        assert (lifted.lifted_because, lifted.version) == ("已整改到位", 2)
        event = town.events.get(kind="notice_lifted")
        assert event.reason == "已整改到位"
        assert event.data == {"notice": notice.pk, "number": 1, "level": "red"}
        for job in (
            lambda: lift_notice(notice.pk, "再", actor=office, at=at(5, 17)),
            lambda: raise_notice(notice.pk, "red", "再", actor=office, at=at(5, 17)),
        ):
            assert refused(Conflict, job) == "notice_lifted"
        assert noticed(county, town).number == 2


THREADS = 8


def notices_at_once(county: County, tasks: list[Task]) -> list[BaseException | None]:
    """Eight people issue a notice at the same moment; what each of them raised."""
    together = threading.Barrier(THREADS)

    def issue(task: Task) -> BaseException | None:
        try:
            together.wait(timeout=30)
            noticed(county, task)
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(issue, tasks))


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def county(self, transactional_db: None) -> County:
        return make_county()

    @pytest.fixture
    def both(self, county: County) -> list[Task]:
        """Shares of two key tasks of one plan: nothing but the plan's row is common to them."""
        owners = [owner("甲镇", "responsible")]
        items = [item(number, "普法", owners, due("2026-09-30")) for number in ("1.", "2.")]
        plan = issued_plan(county, *items)
        return list(Task.objects.filter(plan=plan)) * (THREADS // 2)

    def test_numbers_have_no_gaps(self, county: County, both: list[Task]) -> None:
        rounds = 5
        for _round in range(rounds):
            assert notices_at_once(county, both) == [None] * THREADS
        numbers = SupervisionNotice.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, rounds * THREADS + 1))

    def test_control_without_the_plan_s_lock_numbers_meet(
        self, county: County, both: list[Task], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The guard switched off: the chains of two key tasks do not keep two writers apart.

        The pause between reading and writing stands for the rest of a busy transaction.
        """
        taken = urging._next_number
        together = threading.Barrier(2)

        def take_late(plan: Plan) -> int:
            number = taken(plan)
            together.wait(timeout=30)
            return number

        monkeypatch.setattr(urging, "lock_chain_to_number", lock_chain)
        monkeypatch.setattr(urging, "_next_number", take_late)
        outcomes = notices_at_once(county, both)
        assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)
