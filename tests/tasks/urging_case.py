"""A plan whose units are urged, and what a refusal must leave as it was."""

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.errors import Refusal
from plans.models import Plan
from tasks.models import SupervisionNotice, Task, Urge
from tasks.urging import issue_notice
from tests.county import (
    County,
    at,
    due,
    issued_plan,
    item,
    owner,
    sign_for_all,
)

ANSWER_BY = dt.date(2026, 5, 15)


def make_plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


def noticed(county: County, task: Task, level: str = "blue") -> SupervisionNotice:
    return issue_notice(
        task.pk,
        text="限期整改",
        level=level,
        answer_by=ANSWER_BY,
        actor=county.coordinator,
        at=at(5, 6),
    )


def refused(kind: type[Refusal], job: Callable[[], object]) -> str:
    """The code of the refusal; nothing was written."""
    rows = (Urge, SupervisionNotice, Task)
    before = [list(model.objects.order_by("pk").values_list()) for model in rows]
    with pytest.raises(kind) as caught:
        job()
    assert [list(model.objects.order_by("pk").values_list()) for model in rows] == before
    return caught.value.code


def make_plan_of_another_year(county: County) -> Plan:
    owners = [owner("甲镇", "responsible")]
    plan = issued_plan(county, item("(一)", "普法", owners, due("2026-10-31")))
    sign_for_all(county, plan)
    return plan
