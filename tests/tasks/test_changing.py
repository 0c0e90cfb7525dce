"""What the unit above changes about a share: words, weight, date, light."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from plans.models import Plan
from tasks.amending import KeyTaskAmendment, change_key_task, suspend_key_task
from tasks.changing import (
    ShareChanges,
    change_share,
    move_deadline,
    set_light,
    shares_broken_by,
)
from tasks.decomposition import Part
from tasks.models import Task
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.refusals import refused
from tests.tasks.life_case import (
    DUE,
    closed,
    day,
    fresh,
    key_task_of,
    stands_at,
    told,
    townships_plan,
    villages,
)


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return fresh(share(plan, "甲镇"))


class TestChange:
    def test_a_weight_moves_the_figures_above_at_once(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        stands_at(county, town, "50")
        # 司法局's own part 0, 甲镇 50 with weight 3, 乙乡 0.
        changed = change_share(
            town.pk,
            ShareChanges(weight=Decimal(3), title="清理村规", reporting_period="monthly"),
            actor=county.officer("司法局"),
            at=at(5, 8),
            version=fresh(town).version,
        )
        assert share(plan, "司法局").completion == 30
        assert (changed.title, changed.reporting_period) == ("清理村规", "monthly")
        assert town.events.get(kind="changed").data == {
            "before": {"title": "清理", "weight": "1.000", "reporting_period": ""},
            "after": {"title": "清理村规", "weight": "3", "reporting_period": "monthly"},
        }

    def test_the_rule_of_completion(self, county: County, plan: Plan, town: Task) -> None:
        stands_at(county, town, "60")
        villages(county, plan)
        assert fresh(town).completion == 0
        change_share(
            town.pk, ShareChanges(rollup="reported"), actor=county.coordinator, at=at(5, 8)
        )
        assert (fresh(town).completion, share(plan, "司法局").completion) == (
            Decimal(60),
            Decimal(20),
        )

    def test_what_changes_nothing_is_not_told(self, county: County, town: Task) -> None:
        change_share(
            town.pk,
            ShareChanges(title=town.title, weight=Decimal(1)),
            actor=county.coordinator,
            at=at(5, 8),
        )
        assert (told(town), fresh(town).version) == (["issued", "acknowledged"], town.version)

    @pytest.mark.parametrize(
        "changes",
        [
            ShareChanges(title=""),
            ShareChanges(title="长" * 501),
            ShareChanges(weight=Decimal(-1)),
            ShareChanges(weight=Decimal(100000)),
            ShareChanges(weight=Decimal("0.0001")),
            ShareChanges(rollup="best"),
            ShareChanges(rollup=""),
            ShareChanges(reporting_period="weekly"),
        ],
    )
    def test_values_that_cannot_be_saved(
        self, county: County, town: Task, changes: ShareChanges
    ) -> None:
        refusal = refused(
            Invalid, change_share, town.pk, changes, actor=county.coordinator, at=at(5, 8)
        )
        assert refusal.code == "invalid"
        assert len(refusal.details) == 1

    def test_only_who_handed_it_down(self, county: County, plan: Plan, town: Task) -> None:
        changes = ShareChanges(title="甲")
        for person in (county.officer("甲镇"), county.head("乙乡"), county.head("县")):
            refusal = refused(NotAllowed, change_share, town.pk, changes, actor=person, at=at(5, 8))
            assert refusal.code == "not_above"
        (village, _) = villages(county, plan)
        change_share(village.pk, changes, actor=county.officer("甲镇"), at=at(5, 8))

    def test_not_on_an_older_version_nor_after_the_end(self, county: County, town: Task) -> None:
        changes = ShareChanges(title="甲")
        refused(
            Stale, change_share, town.pk, changes, actor=county.coordinator, at=at(5, 8), version=9
        )
        closed(county, town)
        refusal = refused(
            Conflict, change_share, town.pk, changes, actor=county.coordinator, at=at(5, 8)
        )
        assert refusal.code == "wrong_state"

    def test_title_and_weight_of_a_root_are_the_key_tasks(self, county: County, plan: Plan) -> None:
        root = share(plan, "司法局")
        for changes in (ShareChanges(title="甲"), ShareChanges(weight=Decimal(2))):
            refusal = refused(
                Conflict, change_share, root.pk, changes, actor=county.coordinator, at=at(5, 8)
            )
            assert refusal.code == "by_amendment"
        change_share(
            root.pk, ShareChanges(rollup="reported"), actor=county.coordinator, at=at(5, 8)
        )


class TestMove:
    def move(self, county: County, task: Task, to: dt.date, below: Collection[int] = ()) -> Task:
        return move_deadline(
            task.pk,
            to,
            reason="提前部署",
            moving_below=below,
            actor=county.coordinator,
            at=at(5, 8),
        )

    def test_earlier_with_the_shares_that_it_breaks(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        parts = [Part(county.unit("甲一村"), due_on=day("06-30")), Part(county.unit("甲二村"))]
        early, late = villages(county, plan, parts)
        assert shares_broken_by(town, day("07-31")) == [late]
        refusal = refused(Conflict, self.move, county, town, day("07-31"))
        assert (refusal.code, refusal.details) == (
            "breaks_shares_below",
            {
                "shares": [
                    {"id": late.pk, "unit": "甲二村", "title": "清理", "due_on": "2026-09-30"}
                ]
            },
        )
        refused(Conflict, self.move, county, town, day("07-31"), [late.pk, early.pk])
        moved = self.move(county, town, day("07-31"), [late.pk])
        assert (moved.due_on, moved.next_due_on, moved.deadline_version) == (
            day("07-31"),
            day("07-31"),
            town.deadline_version + 1,
        )
        assert (fresh(late).due_on, fresh(early).due_on) == (day("07-31"), day("06-30"))
        for task in (town, late):
            event = task.events.get(kind="moved")
            assert (event.reason, event.data) == (
                "提前部署",
                {"old_due_on": "2026-09-30", "due_on": "2026-07-31"},
            )
        assert "moved" not in told(early)
        assert town.key_task.due_on == DUE

    def test_what_is_closed_below_does_not_break(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        one, two = villages(county, plan)
        closed(county, one)
        closed(county, two)
        self.move(county, town, day("07-31"))
        assert fresh(one).due_on == DUE

    def test_a_suspended_share_below_breaks_too(self, county: County, plan: Plan) -> None:
        key_task = key_task_of(plan)
        suspend_key_task(key_task.pk, reason="待定", actor=county.coordinator, at=at(5, 8))
        below = list(
            Task.objects.filter(plan=plan, depth=1).order_by("pk").values_list("pk", flat=True)
        )
        changes = KeyTaskAmendment(due_on=day("07-31"))
        refusal = refused(
            Conflict,
            change_key_task,
            key_task.pk,
            changes,
            reason="提前",
            actor=county.coordinator,
            at=at(5, 9),
        )
        assert sorted(row["id"] for row in refusal.details["shares"]) == below

    def test_never_after_the_share_above(self, county: County, plan: Plan, town: Task) -> None:
        refusal = refused(Invalid, self.move, county, town, day("10-01"))
        assert (refusal.code, refusal.details) == (
            "later_than_parent",
            {"parent_due_on": "2026-09-30"},
        )
        self.move(county, share(plan, "司法局"), day("12-31"))
        self.move(county, town, day("12-31"))

    def test_ongoing_shares_have_no_date_to_move(self, county: County) -> None:
        plan = issued_plan(
            county, item("(一)", "普法", [owner("甲镇", "lead")], due(None, "ongoing"))
        )
        sign_for_all(county, plan)
        refusal = refused(Conflict, self.move, county, share(plan, "甲镇"), DUE)
        assert refusal.code == "ongoing_has_no_date"

    def test_with_a_reason_by_those_above_while_it_is_open(
        self, county: County, town: Task
    ) -> None:
        def move(**changes: object) -> dict[str, object]:
            return {"reason": "提前", "actor": county.coordinator, "at": at(5, 8)} | changes

        pk, to = town.pk, day("07-31")
        assert refused(Invalid, move_deadline, pk, to, **move(reason="")).code == "reason_missing"
        assert (
            refused(NotAllowed, move_deadline, pk, to, **move(actor=county.head("甲镇"))).code
            == "not_above"
        )
        assert refused(Stale, move_deadline, pk, to, **move(version=9)).code == "stale"
        closed(county, town)
        assert refused(Conflict, move_deadline, pk, to, **move()).code == "wrong_state"


class TestLight:
    def set(self, county: County, task: Task, light: str, **changes: object) -> Task:
        arguments: dict[str, object] = {
            "reason": "进展滞后",
            "actor": county.coordinator,
            "at": at(5, 8),
        }
        return set_light(task.pk, light, **(arguments | changes))  # type: ignore[arg-type]

    def test_stands_against_the_computed_one_until_it_is_freed(
        self, county: County, town: Task
    ) -> None:
        assert town.light_on(day("05-09")) == "green"
        assert self.set(county, town, "red").light_on(day("05-09")) == "red"
        assert self.set(county, town, "", reason="已赶上").light_on(day("05-09")) == "green"
        events = town.events.filter(kind__startswith="light").order_by("pk")
        assert [(e.kind, e.reason, e.data) for e in events] == [
            ("light_set", "进展滞后", {"before": "", "after": "red"}),
            ("light_freed", "已赶上", {"before": "red", "after": ""}),
        ]

    def test_refusals(self, county: County, town: Task) -> None:
        cases: list[tuple[type, str, str, dict[str, object]]] = [
            (Invalid, "unknown_light", "blue", {}),
            (Invalid, "reason_missing", "red", {"reason": " "}),
            (NotAllowed, "not_yours_to_decide", "red", {"actor": county.officer("司法局")}),
            (NotAllowed, "not_yours_to_decide", "green", {"actor": county.head("甲镇")}),
            (Stale, "stale", "red", {"version": 9}),
        ]
        for kind, code, light, changes in cases:
            assert refused(kind, self.set, county, town, light, **changes).code == code
        closed(county, town)
        assert refused(Conflict, self.set, county, town, "red").code == "wrong_state"
