"""A share goes to another unit."""

from decimal import Decimal

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from accounts.models import Unit
from plans.models import Plan
from tasks.access import actions_open_to
from tasks.acknowledging import acknowledge, object_to
from tasks.amending import suspend_key_task
from tasks.audit import wrong_trees
from tasks.decomposition import Part
from tasks.ending import cancel_share
from tasks.extensions import ask_extension, refuse_extension
from tasks.models import Task
from tasks.progress import Said, return_report
from tasks.reassigning import reassign
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.refusals import refused
from tests.tasks.life_case import (
    closed,
    day,
    fresh,
    key_task_of,
    say,
    stands_at,
    told,
    townships_plan,
    villages,
)


@pytest.fixture
def plan(county: County) -> Plan:
    """甲镇 answers under 司法局; the plan was sent to 财政局 and 乙乡 as well."""
    plan = issued_plan(
        county,
        item(
            "(一)",
            "清理",
            [owner("司法局", "lead"), owner("甲镇", "responsible")],
            due("2026-09-30"),
        ),
    )
    plan.recipients.add(county.unit("乙乡"), county.unit("财政局"))
    sign_for_all(county, plan)
    return plan


@pytest.fixture
def town(plan: Plan) -> Task:
    return fresh(share(plan, "甲镇"))


def to(county: County, task: Task, unit: str, **changes: object) -> Task:
    arguments: dict[str, object] = {
        "reason": "职责划转",
        "actor": county.coordinator,
        "at": at(5, 8),
    }
    return reassign(task.pk, county.unit(unit), **(arguments | changes))  # type: ignore[arg-type]


def test_the_new_unit_signs_anew_and_keeps_what_was_approved(
    county: County, plan: Plan, town: Task
) -> None:
    stands_at(county, town, "40")
    moved = to(county, town, "乙乡", version=fresh(town).version)
    assert (moved.state, moved.unit, moved.issued_to) == (
        "issued",
        county.unit("乙乡"),
        county.unit("甲镇"),
    )
    assert (moved.acknowledged_at, moved.issued_at, moved.completion) == (
        None,
        at(5, 8),
        Decimal(40),
    )
    event = town.events.get(kind="reassigned")
    assert (event.from_state, event.to_state, event.reason) == (
        "acknowledged",
        "issued",
        "职责划转",
    )
    assert event.data == {
        "from_unit": county.unit("甲镇").pk,
        "from": "甲镇",
        "to_unit": county.unit("乙乡").pk,
        "to": "乙乡",
    }
    acknowledge(moved.pk, actor=county.officer("乙乡"), at=at(5, 9))
    assert not Task.objects.filter(unit__name="甲镇").exists()


def test_after_an_objection(county: County, plan: Plan) -> None:
    county.add("丙镇", Unit.Kind.TOWN, "县")
    plan = townships_plan(county)
    plan.recipients.add(county.unit("丙镇"))
    task = share(plan, "乙乡")
    Task.objects.filter(pk=task.pk).update(state="issued", acknowledged_at=None)
    object_to(task.pk, reason="不归我乡", actor=county.officer("乙乡"), at=at(3, 4))
    assert to(county, task, "丙镇").state == "issued"
    assert told(task)[-2:] == ["objected", "reassigned"]
    assert plan.recipients.filter(name="丙镇").exists()


def test_a_root_goes_to_any_unit_in_force(county: County, plan: Plan, town: Task) -> None:
    for task in Task.objects.filter(plan=plan, depth=1):
        closed(county, fresh(task))
    root = to(county, share(plan, "司法局"), "财政局")
    assert (root.unit, root.role) == (county.unit("财政局"), "lead")
    # What the old lead did itself stays its own work, as a share like any other.
    own = Task.objects.get(plan=plan, unit=county.unit("司法局"))
    assert (own.state, own.is_own_part) == ("closed", False)
    assert list(wrong_trees(plan)) == []


def test_a_village_share_by_the_town(county: County, plan: Plan) -> None:
    (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
    assert to(county, village, "甲二村", actor=county.head("甲镇")).unit.name == "甲二村"


class TestRefused:
    def test_by_whom_and_how(self, county: County, town: Task) -> None:
        def code(kind: type, **changes: object) -> str:
            return refused(kind, to, county, town, "乙乡", **changes).code

        assert code(NotAllowed, actor=county.officer("司法局")) == "not_yours_to_decide"
        assert code(NotAllowed, actor=county.head("甲镇")) == "not_yours_to_decide"
        assert code(Invalid, reason="") == "reason_missing"
        assert code(Stale, version=9) == "stale"

    def test_to_whom(self, county: County, plan: Plan, town: Task) -> None:
        county.add("丙镇", Unit.Kind.TOWN, "县")
        for unit, code in (
            ("甲镇", "same_unit"),
            ("司法局", "share_exists"),
            ("丙镇", "out_of_reach"),
        ):
            assert refused(Conflict, to, county, town, unit).code == code
        ended = county.unit("乙乡")
        ended.valid_to = day("05-07")
        ended.save()
        assert refused(Conflict, to, county, town, "乙乡").code == "out_of_reach"
        for task in Task.objects.filter(plan=plan, depth=1):
            closed(county, fresh(task), month=4)
        root = share(plan, "司法局")
        assert refused(Conflict, to, county, root, "乙乡").code == "not_in_force"

    def test_a_units_own_part(self, county: County, plan: Plan) -> None:
        own = share(plan, "司法局", own_part=True)
        assert refused(Conflict, to, county, own, "乙乡").code == "own_part"
        open_now = actions_open_to(county.coordinator, own, day("05-08"))
        assert "reassign" not in open_now
        assert "reassign" in actions_open_to(county.coordinator, share(plan, "甲镇"), day("05-08"))

    def test_while_something_begun_is_not_ended(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        report = say(county, town, Said(percent=Decimal(10)))
        assert refused(Conflict, to, county, town, "乙乡").code == "report_waiting"
        Plan.objects.filter(pk=plan.pk).update(approval_inside_unit=True)
        return_report(report.pk, reason="重报", actor=county.coordinator, at=at(5, 7))
        say(county, town, Said(percent=Decimal(10)))
        assert refused(Conflict, to, county, town, "乙乡").code == "report_waiting"
        town.reports.filter(state="inside").update(
            state="returned", decided_by=county.head("甲镇"), decided_at=at(5, 7)
        )
        Task.objects.filter(pk=share(plan, "司法局").pk).update(due_on=day("12-31"))
        request = ask_extension(
            town.pk,
            new_due_on=day("11-30"),
            reason="汛期",
            actor=county.officer("甲镇"),
            at=at(5, 7),
        )
        assert refused(Conflict, to, county, town, "乙乡").code == "request_waiting"
        refuse_extension(request.pk, answer="不同意", actor=county.coordinator, at=at(5, 7))
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        refusal = refused(Conflict, to, county, town, "乙乡")
        assert (refusal.code, refusal.details) == ("open_below", {"units": ["甲一村"]})
        cancel_share(village.pk, reason="收回", actor=county.officer("甲镇"), at=at(5, 7))
        assert to(county, town, "乙乡").unit.name == "乙乡"

    @pytest.mark.parametrize("state", ["submitted", "closed", "suspended"])
    def test_in_other_states(self, county: County, plan: Plan, town: Task, state: str) -> None:
        if state == "submitted":
            say(county, town, Said(completes=True))
        elif state == "closed":
            closed(county, town)
        else:
            suspend_key_task(
                key_task_of(plan).pk, reason="待定", actor=county.coordinator, at=at(5, 7)
            )
        refusal = refused(Conflict, to, county, town, "乙乡")
        assert refusal.details == {"action": "reassign", "state": state}
