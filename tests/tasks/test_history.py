"""What the database itself refuses, whoever asks and by whatever words."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg import sql

from plans.models import KeyTask, Plan, Section
from tasks import history
from tasks.decomposition import Part
from tasks.history import record
from tasks.models import ProgressReport, Task, TaskEvent
from tasks.progress import Said, return_report, save_draft
from tasks.year_end import close_plan
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.tasks.life_case import (
    approved,
    closed,
    day,
    fresh,
    key_task_of,
    say,
    townships_plan,
    villages,
)

FOR_EVER = psycopg.errors.RestrictViolation


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


@pytest.fixture
def shut(county: County) -> Plan:
    """A closed plan of one key task, done by 甲镇."""
    plan = issued_plan(county, item("(一)", "普法", [owner("甲镇", "lead")], due("2026-09-30")))
    sign_for_all(county, plan)
    closed(county, share(plan, "甲镇"))
    return close_plan(plan.pk, actor=county.coordinator, at=at(12, 20))


def execute(words: str, *values: object) -> None:
    """The statement by psycopg itself, past everything of ours but the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A table with checks that are still to come refuses TRUNCATE for that reason.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        raw: psycopg.Cursor[object] = cursor.cursor
        raw.execute(sql.SQL(words), values)


def forbidden(words: str, *values: object) -> str:
    with pytest.raises(FOR_EVER) as refused:
        execute(words, *values)
    return str(refused.value).splitlines()[0]


class TestHistory:
    @pytest.mark.parametrize(
        ("words", "operation"),
        [
            ("UPDATE tasks_taskevent SET reason = 'x'", "UPDATE"),
            ("DELETE FROM tasks_taskevent", "DELETE"),
            ("TRUNCATE tasks_taskevent", "TRUNCATE"),
            ("TRUNCATE tasks_task CASCADE", "TRUNCATE"),
        ],
    )
    def test_is_only_added_to(self, plan: Plan, words: str, operation: str) -> None:
        before = list(TaskEvent.objects.values_list())
        assert before
        message = forbidden(words)
        assert message.startswith(f"{operation} of tasks_")
        assert message.endswith(" is refused: it is kept for ever")
        assert list(TaskEvent.objects.values_list()) == before

    def test_by_the_house_itself_too(self, county: County, plan: Plan) -> None:
        event = TaskEvent.objects.first()
        assert event
        event.reason = "改写"
        with pytest.raises(IntegrityError), transaction.atomic():
            event.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            TaskEvent.objects.all().delete()

    def test_says_from_where_to_where_by_whom_and_why(self, county: County, plan: Plan) -> None:
        task = share(plan, "甲镇")
        event = record(
            task, TaskEvent.Kind.URGED, actor=county.coordinator, at=at(5, 6), reason="请抓紧"
        )
        assert (event.from_state, event.to_state, event.reason, event.data) == (
            "acknowledged",
            "acknowledged",
            "请抓紧",
            {},
        )
        assert list(task.events.all())[-1] == event


class TestReports:
    def test_what_is_approved_stays(self, county: County, plan: Plan) -> None:
        report = approved(county, share(plan, "甲镇"), Said(no_change=True, narrative="如常"))
        message = forbidden(
            "UPDATE tasks_progressreport SET narrative = 'x' WHERE id = %s", report.pk
        )
        assert message == "UPDATE of tasks_progressreport is refused: it is kept for ever"
        forbidden("DELETE FROM tasks_progressreport WHERE id = %s", report.pk)
        report.refresh_from_db()
        assert report.narrative == "如常"

    def test_what_was_handed_in_is_not_deleted(self, county: County, plan: Plan) -> None:
        report = say(county, share(plan, "甲镇"), Said(no_change=True))
        forbidden("DELETE FROM tasks_progressreport WHERE id = %s", report.pk)
        return_report(report.pk, reason="太简单", actor=county.coordinator, at=at(5, 7))
        forbidden("DELETE FROM tasks_progressreport WHERE id = %s", report.pk)
        forbidden("TRUNCATE tasks_progressreport CASCADE")
        assert ProgressReport.objects.filter(pk=report.pk).exists()

    def test_a_draft_is(self, county: County, plan: Plan) -> None:
        draft = save_draft(
            share(plan, "甲镇").pk, Said(), actor=county.officer("甲镇"), at=at(5, 6)
        )
        execute("DELETE FROM tasks_progressreport WHERE id = %s", draft.pk)


class TestClosedPlan:
    @pytest.mark.parametrize(
        "words",
        [
            "UPDATE plans_plan SET title = 'x' WHERE id = %s",
            "UPDATE plans_plan SET state = 'issued', closed_at = NULL WHERE id = %s",
            "DELETE FROM plans_plan WHERE id = %s",
            "UPDATE plans_keytask SET text = 'x' WHERE plan_id = %s",
            "DELETE FROM plans_keytask WHERE plan_id = %s",
            "UPDATE plans_section SET title = 'x' WHERE plan_id = %s",
            "DELETE FROM plans_section WHERE plan_id = %s",
            "UPDATE tasks_task SET title = 'x' WHERE plan_id = %s",
            "UPDATE tasks_task SET weight = 2 WHERE plan_id = %s",
            "DELETE FROM tasks_task WHERE plan_id = %s",
        ],
    )
    def test_stays(self, shut: Plan, words: str) -> None:
        forbidden(words, shut.pk)

    def test_gets_nothing_new(self, county: County, shut: Plan, plan: Plan) -> None:
        section = Section(plan=shut, position=9, title="补")
        key_task = KeyTask(
            plan=shut, position=9, title="补", text="补", source_line=0, deadline_kind="ongoing"
        )
        late = share(shut, "甲镇")
        late.pk, late.parent_id, late.unit = None, None, county.unit("乙乡")
        for row in (section, key_task, late):
            with pytest.raises(IntegrityError, match="its plan is closed"), transaction.atomic():
                row.save(force_insert=True)
        forbidden(
            "UPDATE plans_keytask SET plan_id = %s, position = 9 WHERE plan_id = %s",
            shut.pk,
            plan.pk,
        )

    def test_other_plans_go_on(self, county: County, shut: Plan, plan: Plan) -> None:
        execute("UPDATE tasks_task SET title = '甲' WHERE plan_id = %s", plan.pk)
        execute("UPDATE plans_keytask SET text = '甲' WHERE plan_id = %s", plan.pk)
        execute(
            "DELETE FROM plans_section WHERE id = %s",
            Section.objects.create(plan=plan, position=9, title="补").pk,
        )


class TestTree:
    """The second wall: checked when the transaction ends."""

    @pytest.fixture
    def village(self, county: County, plan: Plan) -> Task:
        return villages(county, plan, [Part(county.unit("甲一村"))])[0]

    @pytest.fixture(autouse=True)
    def _at_once(self, village: Task) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def refuse(self, task: Task, **values: object) -> str:
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**values)
        return str(refused.value)

    def test_a_share_is_not_due_after_the_one_above(self, plan: Plan, village: Task) -> None:
        town = share(plan, "甲镇")
        late = self.refuse(village, due_on=day("10-01"))
        assert f"share {village.pk} would be due after the one above it" in late
        early = self.refuse(town, due_on=day("08-31"))
        assert f"share {town.pk} would be due after the one above it" in early
        Task.objects.filter(pk=village.pk).update(due_on=day("08-31"))
        Task.objects.filter(pk=town.pk).update(due_on=day("08-31"))

    def test_nor_a_new_one(self, county: County, village: Task) -> None:
        late = fresh(village)
        late.pk, late.unit, late.due_on = None, county.unit("甲二村"), day("10-01")
        with pytest.raises(IntegrityError), transaction.atomic():
            late.save(force_insert=True)

    def test_what_has_ended_may_have_been_due_later(
        self, county: County, plan: Plan, village: Task
    ) -> None:
        Task.objects.filter(pk=village.pk).update(state="cancelled")
        Task.objects.filter(pk=share(plan, "甲镇").pk).update(due_on=day("08-31"))

    def test_the_one_above_is_of_the_same_plan_and_key_task(
        self, county: County, plan: Plan, village: Task
    ) -> None:
        other = issued_plan(
            county,
            item("1.", "甲", [owner("甲镇", "lead")], due("2026-12-31")),
            item("2.", "乙", [owner("乙乡", "lead")], due("2026-12-31")),
        )
        stranger = share(other, "甲镇")
        assert "share_above_is_of_the" in self.refuse(village, parent=stranger)
        assert "share_above_is_of_the_key_task" in self.refuse(
            share(other, "乙乡"), parent=stranger, depth=1, ancestors=[stranger.pk]
        )

    def test_a_key_task_has_one_root(self, plan: Plan) -> None:
        assert key_task_of(plan).tasks.filter(parent=None).count() == 1
        twin = share(plan, "司法局")
        twin.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)


class TestSettling:
    """What may be written into history: that an event is older than any to come, and no more."""

    def test_in_batches_whatever_number_they_had(
        self, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history, "BATCH", 2)
        count = TaskEvent.objects.count()
        assert (count > 4, history.settle_events(), history.settle_events()) == (True, count, 0)
        assert set(TaskEvent.objects.values_list("transaction", flat=True)) == {0}

    @pytest.mark.parametrize(
        "words",
        [
            "UPDATE tasks_taskevent SET transaction = 1",
            "UPDATE tasks_taskevent SET transaction = 0, reason = 'x'",
            "UPDATE tasks_taskevent SET transaction = 0, at = at + interval '1 microsecond'",
            "UPDATE tasks_taskevent SET transaction = 0, data = data || '{\"a\": 1}'",
            # Equal as numbers, and yet not what was written.
            "UPDATE tasks_taskevent SET transaction = 0,"
            " standing = jsonb_set(standing, '{steps_total}', '0.0')",
        ],
    )
    def test_nothing_else(self, plan: Plan, words: str) -> None:
        forbidden(words)
