"""The demo's plan: the document and its reading, the story and its figures."""

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, Unit, UnitGroup, User
from config.demo import plan_text
from config.demo.dates import DemoDates, instant
from config.demo.directory import LOGINS
from config.demo.document import document_bytes, file_name
from config.demo.loading import OtherData, completion_tables, load_demo, loaded_plan
from config.demo.table import width_of
from config.seed_year.loading import load_seed_year
from plans.models import Plan
from plans.reading import read_document
from tasks.figures import plan_completion
from tasks.models import ExtensionRequest, ProgressReport, Reminder, Task, TaskEvent

DAYS = [
    dt.date(2027, 1, 2),
    dt.date(2028, 2, 29),
    dt.date(2026, 6, 30),
    dt.date(2026, 11, 24),
    dt.date(2026, 12, 31),
]


# The document


@pytest.mark.parametrize("today", DAYS)
def test_the_reader_gives_exactly_what_the_document_says(today: dt.date) -> None:
    dates = DemoDates(today)
    draft = read_document(document_bytes(dates), file_name(dates))
    assert draft.title == f"{dates.year}年全县法治政府建设工作要点"
    assert draft.document_number == f"酉阳依法治县办〔{dates.year}〕2号"
    assert draft.issued_on == dates.issued_on
    assert draft.year == dates.year
    assert draft.first_unit_leads is None
    expected = list(plan_text.numbered_items())
    assert [(i.section, i.number, i.title) for i in draft.items] == [
        (chapter, number, item.title) for chapter, number, item in expected
    ]
    for found, (_chapter, number, item) in zip(draft.items, expected, strict=True):
        assert found.text == f"{number}{item.title}。{item.body}".removeprefix(number)
        assert list(found.owners) == item.owners.drafts(), number
        assert found.deadline == item.deadline(dates), number


def test_the_document_has_the_deadlines_of_a_day_written_out() -> None:
    dates = DemoDates(dt.date(2026, 11, 24))
    draft = read_document(document_bytes(dates), file_name(dates))
    assert [item.deadline.text for item in draft.items] == [
        "2026年4月底前",
        "长期坚持",
        "每季度1次",
        "2026年6月底前",
        "2027年1月底前",
        "2026年12月14日前",
        "2026年12月底前",
        "2026年11月18日前完成",
        "2026年5月底前",
        "2026年8月底前",
        "2027年1月底前",
        "2026年12月14日前",
        "2026年5月底前",
        "2026年11月底前",
        "2026年10月20日前",
        "2026年4月底前完成",
        "2026年11月18日前",
        "2026年12月底前",
        "2026年12月底前完成",
        "2027年1月底前",
        "2026年6月底前",
        "2026年12月底前",
        "2026年11月底前",
        "2027年3月前",
    ]


def test_no_person_is_named_in_the_document() -> None:
    text = "".join(item.body for *_n, item in plan_text.numbered_items())
    assert not re.search(r"同志|局长|主任|县长", text)


# The story


def completion_of(plan: Plan, number: int, unit: str | None = None) -> Decimal:
    """Of a unit's share of a key task, or of the root."""
    shares = Task.objects.filter(plan=plan, key_task__position=number, is_own_part=False)
    share = shares.get(unit__name=unit) if unit else shares.get(parent=None)
    return share.completion


#: By hand from the percents in ``config/demo/year.py``; the same on every day.
ROOTS = {
    1: "100",
    3: "62.5",  # (75 + 50) / 2
    4: "100",
    5: "85",
    6: "85",  # (70 + 80 + 90 + 100) / 4
    7: "57.351190",  # 75 + 2219.047619 of the 39 townships, over 40
    8: "75",
    9: "100",
    10: "96.666667",  # (30 * 100 + 40 + 60 + 90) / 33
    11: "45",  # (80 + 60 + 60 + 40 + 30 + 0) / 6
    12: "71.818182",  # (4 * 90 + 4 * 70 + 3 * 50) / 11
    13: "100",
    14: "86.666667",  # (7 * 100 + 7 * 80 + 40) / 15
    15: "96.25",  # (37 * 100 + 55 + 0 + 95) / 40
    16: "100",
    17: "92.5",  # (3 * 100 + 70) / 4
    18: "57.380952",  # 2410 / 42
    19: "60",
    20: "71.666667",  # 5 * (70 + 85 + 60) / 15
    21: "100",
    22: "55",  # (50 + 60 + 40 + 70) / 4
    23: "70",  # (80 + 60) / 2
    24: "0",
}
SECTIONS = ["87.50", "75.59", "78.37", "95.08", "68.81", "35.00"]


@pytest.mark.django_db
@pytest.mark.parametrize("today", [dt.date(2026, 11, 24), dt.date(2028, 2, 29)])
def test_loading_tells_the_story(today: dt.date, tmp_path: Path) -> None:
    at = instant(today, 12)
    said: list[str] = []
    plan = load_demo(at, folder=tmp_path, say=said.append)

    assert_figures(plan, today)
    assert_events(plan)
    assert_reminders(plan, today)
    assert_log_ins(plan, tmp_path)
    assert TaskEvent.objects.filter(at__gt=at).count() == 0
    lines = completion_tables(plan, today)
    assert len({width_of(line) for line in lines[:9]}) == 1

    before = row_counts()
    users = (tmp_path / "demo-users.json").read_text(encoding="utf-8")
    assert load_demo(at, folder=tmp_path, say=said.append) == plan
    assert row_counts() == before
    assert (tmp_path / "demo-users.json").read_text(encoding="utf-8") == users
    assert_the_sample_year_is_of_the_same_county(plan)


def assert_the_sample_year_is_of_the_same_county(plan: Plan) -> None:
    before = (Unit.objects.count(), User.objects.count())
    said: list[str] = []
    sample = load_seed_year(said.append)
    assert (sample.year, sample.key_tasks.count(), said) == (2020, 26, [])
    assert (Unit.objects.count(), User.objects.count()) == before
    assert loaded_plan() == plan


def assert_figures(plan: Plan, today: dt.date) -> None:
    assert {n: completion_of(plan, n) for n in ROOTS} == {n: Decimal(p) for n, p in ROOTS.items()}
    assert completion_of(plan, 7, "花田乡") == Decimal("55.714286")  # 390 / 7
    assert completion_of(plan, 7, "庙溪乡") == Decimal("58.333333")  # 350 / 6
    assert completion_of(plan, 18, "花田乡") == 50
    coordinator = User.objects.get(username=LOGINS[0][0])
    figures = plan_completion(plan, user=coordinator, on=today, by="section")
    assert [str(row.completion) for row in figures.rows] == SECTIONS
    assert str(figures.plan.completion) == "76.86"
    overdue = Task.objects.filter(plan=plan, unit__name="车田乡", key_task__position=15).get()
    assert overdue.due_on == today - dt.timedelta(days=35)


def assert_events(plan: Plan) -> None:
    def happened(kind: TaskEvent.Kind) -> int:
        return TaskEvent.objects.filter(task__plan=plan, kind=kind).count()

    assert happened(TaskEvent.Kind.OBJECTED) == happened(TaskEvent.Kind.UPHELD) == 1
    assert happened(TaskEvent.Kind.EXTENDED) == 1
    assert happened(TaskEvent.Kind.RETURNED) == 1
    assert happened(TaskEvent.Kind.DECOMPOSED) == 5
    waiting = ProgressReport.objects.get(state=ProgressReport.State.SUBMITTED)
    assert (waiting.task.unit.name, waiting.percent) == ("龙潭镇", Decimal(90))
    request = ExtensionRequest.objects.get()
    assert request.task.due_on == request.new_due_on > request.old_due_on
    unsigned = Task.objects.filter(plan=plan, state=Task.State.ISSUED)
    assert {task.unit.name for task in unsigned} == {"油木村", "大岩村"}


def assert_reminders(plan: Plan, today: dt.date) -> None:
    """The one far overdue has been told on every step of the ladder, in one mail a person."""
    share = Task.objects.get(plan=plan, unit__name="车田乡", key_task__position=15)
    told = Reminder.objects.filter(task=share, rule=Reminder.Rule.OVERDUE)
    assert sorted(told.values_list("step", flat=True)) == [0, 1, 2, 3]
    addressees = OutgoingMail.objects.filter(reminders__in=told, on=today)
    names = set(addressees.values_list("recipient__username", flat=True))
    assert {"车田乡-联络员", "车田乡-负责人", "司法局-联络员", LOGINS[0][0]} <= names
    assert not Reminder.objects.exclude(fault="").exists()
    mails = OutgoingMail.objects.values_list("recipient", "on")
    assert len(mails) == len(set(mails)) > 0


def assert_log_ins(plan: Plan, folder: Path) -> None:
    data = json.loads((folder / "demo-users.json").read_text(encoding="utf-8"))
    assert data["plan_id"] == plan.pk
    assert {user["role"] for user in data["users"]} == {"coordinator", "head", "officer", "viewer"}
    for user in data["users"]:
        account = User.objects.get(username=user["username"])
        assert account.check_password(user["password"])
        assert Membership.objects.filter(
            user=account, role=user["role"], unit__name=user["unit"]
        ).exists()
    with_password = [u for u in User.objects.all() if u.has_usable_password()]
    assert len(with_password) == len(data["users"]) == 10


def row_counts() -> list[int]:
    models = (Unit, UnitGroup, User, Membership, Plan, Task, ProgressReport, TaskEvent)
    return [model.objects.count() for model in models]


@pytest.mark.django_db
def test_a_database_in_use_is_left_alone(tmp_path: Path) -> None:
    User.objects.create(username="someone")
    with pytest.raises(OtherData):
        load_demo(timezone.now(), folder=tmp_path, say=lambda line: None)
    assert row_counts() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert list(tmp_path.iterdir()) == []
