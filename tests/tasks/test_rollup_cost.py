"""What one approval five levels deep costs, whatever stands beside it."""

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.models import Plan
from tasks.decomposition import Part, decompose
from tasks.models import MAX_DEPTH, Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all


def deepest(county: County, plan: Plan) -> Task:
    """The town's share broken down to itself until there is no level left."""
    sign_for_all(county, plan)
    task = share(plan, "甲镇")
    while task.depth < MAX_DEPTH:
        (task,) = decompose(
            task.pk, [Part(county.unit("甲镇"))], actor=county.officer("甲镇"), at=at(3, 10)
        )
        sign_for_all(county, plan)
    return task


def queries_of_an_approval(county: County, plan: Plan, percent: int) -> int:
    report = submit_report(
        deepest(county, plan).pk,
        Said(percent=Decimal(percent)),
        actor=county.officer("甲镇"),
        at=at(5, 6),
    )
    with CaptureQueriesContext(connection) as captured:
        approve_report(report.pk, actor=county.head("甲镇"), at=at(5, 7))
    return len(captured)


def test_an_approval_five_levels_deep_costs_the_same_beside_many_shares(county: County) -> None:
    alone = issued_plan(
        county,
        item(
            "1.", "甲", [owner("司法局", "lead"), owner("甲镇", "responsible")], due("2026-09-30")
        ),
    )
    everybody = [owner("司法局", "lead"), owner("甲镇", "responsible")]
    everybody += [
        owner(name, "responsible") for name in ("财政局", "乙乡", "甲一村", "甲二村", "县")
    ]
    crowded = issued_plan(county, item("1.", "乙", everybody, due("2026-09-30")))
    few = queries_of_an_approval(county, alone, 50)
    assert queries_of_an_approval(county, crowded, 50) == few
    assert share_at_root(alone) == Decimal(25)
    # 50 of one of seven counting shares.
    assert share_at_root(crowded) == Decimal("7.142857")


def share_at_root(plan: Plan) -> Decimal:
    return Task.objects.get(plan=plan, depth=0).completion
