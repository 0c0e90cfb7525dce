"""Each filter finds what it names and nothing else."""

from typing import Any

import pytest

from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import ApiWorld, day_in

TODAY, TOMORROW, YESTERDAY = day_in(0), day_in(1), day_in(-1)


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def finds(api: Api, path: str, pk: int, **query: Any) -> bool:
    return pk in ids_in(api.get(path, page_size="200", **query))


def check(api: Api, path: str, pk: int, rows: list[tuple[str, Any, Any]]) -> None:
    """For each parameter a value that finds the row, and one that does not."""
    for name, hit, miss in rows:
        assert finds(api, path, pk, **{name: hit}), (path, name, hit)
        assert not finds(api, path, pk, **{name: miss}), (path, name, miss)


def test_shares(world: ApiWorld, office: Api) -> None:
    share, year = world.share("5."), world.plan.year
    sections = [section.pk for section in world.plan.sections.order_by("position")]
    units = [world.county.unit(name).pk for name in ("甲镇", "乙乡")]
    check(office, "/tasks/", share.pk, [
        ("year", year, year - 1), ("section", sections[1], sections[0]),
        ("issued_to", units[0], units[1]), ("is_own_part", "false", "true"),
        ("deadline_kind", "date", "ongoing"), ("rollup", "average", "reported"),
        ("next_due_on_after", day_in(5), day_in(6)), ("next_due_on_before", day_in(5), day_in(4)),
        ("completion_from", "0", "0.01"), ("issued_after", TODAY, TOMORROW),
        ("issued_before", TODAY, YESTERDAY), ("acknowledged", "true", "false"),
        ("changed_since", TODAY, TOMORROW), ("text", "学法", "宪法"),
    ])  # fmt: skip
    for name in ("closed_after", "closed_before", "carried_to", "light_set", "reporting_period"):
        value = {"carried_to": "1", "light_set": "red", "reporting_period": "monthly"}
        assert not finds(office, "/tasks/", share.pk, **{name: value.get(name, TODAY)}), name
    type(share).objects.filter(pk=share.pk).update(light_set="red", completion=50)
    check(office, "/tasks/", share.pk, [("light_set", "red", "green"), ("completion_to", 50, 49)])


def test_reports_and_requests(world: ApiWorld, office: Api) -> None:
    officer, other = world.county.officer("甲镇").pk, world.county.officer("乙乡").pk
    check(office, "/reports/", world.report.pk, [
        ("author", officer, other), ("no_change", "false", "true"), ("text", "化解", "宪法"),
        ("year", world.plan.year, 1999), ("submitted_after", TODAY, TOMORROW),
    ])  # fmt: skip
    check(office, "/extension-requests/", world.request.pk, [
        ("author", officer, other), ("text", "汛期", "年期"),
        ("new_due_on_after", day_in(80), day_in(81)), ("new_due_on_before", day_in(80), day_in(79)),
        ("submitted_before", TODAY, YESTERDAY),
    ])  # fmt: skip
    decide = office.post(f"/reports/{world.report.pk}/approve/", row=world.report)
    assert decide.status_code == 200
    check(office, "/reports/", world.report.pk, [
        ("decided_by", world.county.coordinator.pk, other), ("decided_after", TODAY, TOMORROW),
        ("decided_before", TODAY, YESTERDAY),
    ])  # fmt: skip


def test_reminders_and_notices(world: ApiWorld, office: Api) -> None:
    units = [world.county.unit(name).pk for name in ("甲镇", "乙乡")]
    check(office, "/reminders/", world.reminder.pk, [
        ("subtree_of", units[0], units[1]), ("year", world.plan.year, 1999),
        ("planned_after", TODAY, TOMORROW), ("planned_before", TODAY, YESTERDAY),
    ])  # fmt: skip
    assert not finds(office, "/reminders/", world.reminder.pk, fault="nobody")
    check(office, "/supervision-notices/", world.notice.pk, [
        ("number", 1, 2), ("issued_by", world.county.coordinator.pk, 10**6),
        ("issued_after", TODAY, TOMORROW), ("issued_before", TODAY, YESTERDAY),
        ("answer_by_after", day_in(3), day_in(4)), ("answer_by_before", day_in(3), day_in(2)),
        ("text", "按期", "提前"),
    ])  # fmt: skip


def test_plans_key_tasks_and_units(world: ApiWorld, office: Api) -> None:
    units = [world.county.unit(name).pk for name in ("甲镇", "司法局")]
    check(office, "/plans/", world.plan.pk, [
        ("recipient", units[0], units[1]), ("decided_by", "office", "above"),
        ("reporting_period", "none", "monthly"), ("issued_on_after", TODAY, TOMORROW),
        ("issued_on_before", TODAY, YESTERDAY), ("issued_after", TODAY, TOMORROW),
        ("issued_before", TODAY, YESTERDAY),
    ])  # fmt: skip
    check(office, "/key-tasks/", world.key_task("5.").pk, [
        ("year", world.plan.year, 1999), ("number", "5.", "5"),
        ("due_on_after", day_in(5), day_in(6)), ("due_on_before", day_in(5), day_in(4)),
    ])  # fmt: skip
    check(office, "/units/", units[0], [("level", 1, 2)])


@pytest.mark.parametrize("value", ["-1", "101", "NaN", "x"])
def test_a_percent_is_0_to_100(world: ApiWorld, office: Api, value: str) -> None:
    assert "completion_from" in fields_of(office.get("/tasks/", completion_from=value))
