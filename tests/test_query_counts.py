"""How many queries each list, row and action of the API takes: exactly, and however many rows.

The counts stand in ``query_counts.json`` beside this file, so that a change of one shows in
review. ``LUOSHI_WRITE_QUERY_COUNTS=1 pytest tests/test_query_counts.py -n 0`` writes it anew;
then the test still fails where a count grows with the rows.
"""

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import middleware
from accounts.directory import add_unit
from accounts.models import AccessToken, OutgoingMail, Unit
from plans.editing import make_plan
from plans.models import Plan
from tasks.acknowledging import acknowledge
from tasks.decomposition import Part, decompose
from tasks.issuing import issue_plan
from tasks.models import ProgressReport, Reminder, Task
from tasks.progress import Said, submit_report
from tests.api_requests import Api, described_operations
from tests.api_world import SECTIONS, ApiWorld, day_in, in_days
from tests.county import START, draft_of, item, owner
from tests.figure_measures import FIGURES
from tests.life_measures import LIFE, REASON, Measure, reads, share, writes
from tests.many_measures import MANY
from tests.paper_measures import PAPERS
from tests.permissions import ONE_ITEM
from tests.settled import settle_events

BASELINE = Path(__file__).with_name("query_counts.json")
WRITES_ANEW = "LUOSHI_WRITE_QUERY_COUNTS" in os.environ
#: How many more of everything stand in the second measurement.
MORE = 12


def add_rows(world: ApiWorld) -> None:
    """More of everything that a list, a row or an action could walk over one by one."""
    county, now = world.county, timezone.now()
    office, town = county.unit("依法治县办"), county.unit("甲镇")
    names = [f"甲{n}组" for n in range(MORE)]
    for name in names:
        county.units[name] = add_unit(
            name,
            Unit.Kind.VILLAGE,
            parent=town,
            valid_from=START,
            aliases=[f"{name}一", f"{name}二"],
        )
    owners = [owner("甲镇", "responsible"), owner("财政局", "supporting")]
    items = [item(f"{n}.", f"事项{n}", owners, in_days(30), SECTIONS[0]) for n in range(MORE)]
    plan = make_plan(
        draft_of(*items), issuing_unit=office, issued_on=day_in(0), actor=county.coordinator, at=now
    )
    issue_plan(plan.pk, actor=county.coordinator, at=now)
    officer = county.officer("甲镇")
    for task in Task.objects.filter(plan=plan, unit=town, is_own_part=False):
        acknowledge(task.pk, actor=officer, at=now)
        submit_report(task.pk, Said(percent=Decimal(10)), actor=officer, at=now)
    decompose(
        world.share("1.").pk, [Part(county.unit(name)) for name in names], actor=officer, at=now
    )
    add_key_tasks(world)
    add_history(world)


def add_key_tasks(world: ApiWorld) -> None:
    """More items in the draft, each with owners."""
    for number in range(10, 10 + MORE):
        key_task = world.key_task("2.", world.draft)
        owners = list(key_task.owners.all())
        key_task.pk, key_task.position, key_task.number = None, number, f"{number}."
        key_task.save()
        for row in owners:
            row.pk, row.key_task = None, key_task
            row.save()


def add_history(world: ApiWorld) -> None:
    """More reports, requests, events, reminders and mails of one share."""
    share, officer = world.share("2."), world.county.officer("甲镇")
    decided = {"state": "returned", "decided_by": world.county.coordinator}
    for model in (ProgressReport, type(world.request)):
        row: Any = model.objects.filter(task=share).get()
        for _turn in range(MORE):
            row.pk = None
            for name, value in (decided | {"decided_at": row.submitted_at}).items():
                setattr(
                    row,
                    name,
                    "refused" if name == "state" and model is not ProgressReport else value,
                )
            row.save()
    for event in list(share.events.all()) * 3:
        event.pk = None
        event.save()
    for n in range(1, MORE):
        mail = OutgoingMail.objects.get(pk=world.mail.pk)
        mail.pk, mail.on, mail.message_id = None, day_in(-n), f"<{n}@test>"
        mail.save()
        world.reminder.mails.add(mail)
        reminder = Reminder.objects.get(pk=world.reminder.pk)
        reminder.pk, reminder.on = None, day_in(-n)
        reminder.save()
        reminder.mails.add(mail)
    assert officer.mails.count() == MORE


def set_rules(office: Api, _officer: Api, world: ApiWorld) -> int:
    path = f"/plans/{world.plan.pk}/reminder-rules/"
    return office.queries_of("put", path, {"every": 3}, row=Plan.objects.get(pk=world.plan.pk))


def made_plan(office: Api, _officer: Api, world: ApiWorld) -> int:
    items = [ONE_ITEM["items"][0] | {"number": f"{n}"} for n in range(Unit.objects.count())]
    body = {
        "draft": ONE_ITEM | {"items": items},
        "issuing_unit": world.county.unit("依法治县办").pk,
        "issued_on": day_in(0).isoformat(),
    }
    return office.queries_of("post", "/plans/", body)


def changed_plan(office: Api, _officer: Api, world: ApiWorld) -> int:
    body = {"recipients": list(Unit.objects.values_list("pk", flat=True))}
    return office.queries_of("patch", f"/plans/{world.draft.pk}/", body, row=world.draft)


def settled(office: Api, _officer: Api, world: ApiWorld) -> int:
    key_task = world.key_task("1.", world.unsettled)
    units = Unit.objects.exclude(name="依法治县办")
    owners = [{"name": unit.name, "role": "responsible", "unit": unit.pk} for unit in units]
    body = {"owners": owners, "deadline_kind": "date", "due_on": day_in(9).isoformat()}
    return office.queries_of("patch", f"/key-tasks/{key_task.pk}/", body, row=key_task)


def revoked_token(_office: Api, officer: Api, world: ApiWorld) -> int:
    row, _token = AccessToken.objects.create(user=world.county.officer("甲镇"))
    return officer.queries_of("send", "delete", f"/tokens/{row.pk}/")


def followed(office: Api, _officer: Api, world: ApiWorld) -> int:
    settle_events()
    return office.queries_of("get", "/events/")


def parts(world: ApiWorld) -> dict[str, Any]:
    villages = Unit.objects.filter(parent=world.county.unit("甲镇"))
    return {"parts": [{"unit": unit.pk} for unit in villages]}


def plan_of(name: str) -> Callable[[ApiWorld], Plan]:
    return lambda world: getattr(world, name)


def key_task(world: ApiWorld) -> Any:
    return world.key_task("1.")


#: Reads first, then writes: each is measured in the state that those before it have left.
MEASURES: dict[str, Measure] = {
    "GET units": reads("/units/"),
    "GET units, filtered": reads("/units/", kind=["town", "village"], text="甲"),
    "GET units/{id}": reads("/units/{}/", lambda world: world.county.unit("甲镇")),
    "GET unit-groups": reads("/unit-groups/"),
    "GET unit-groups/{id}": reads("/unit-groups/{}/", lambda world: world.county.townships),
    "GET plans": reads("/plans/"),
    "GET plans/{id}": reads("/plans/{}/", plan_of("plan")),
    "GET plans/{id}/completion": reads("/plans/{}/completion/", plan_of("plan")),
    "GET plans/{id}/completion, by unit": reads(
        "/plans/{}/completion/", plan_of("plan"), by="unit"
    ),
    "GET plans/{id}/completion, of a day gone by": reads(
        "/plans/{}/completion/", plan_of("plan"), as_of=day_in(-1).isoformat()
    ),
    "GET completion": reads("/completion/"),
    "GET completion, by year": reads("/completion/", by="year"),
    "GET plans/{id}/reminder-rules": reads("/plans/{}/reminder-rules/", plan_of("plan")),
    "GET key-tasks": reads("/key-tasks/"),
    "GET key-tasks/{id}": reads("/key-tasks/{}/", key_task),
    "GET tasks": reads("/tasks/"),
    "GET tasks, filtered": reads("/tasks/", light=["green", "yellow"], open="true"),
    "GET tasks, written out in full": reads(
        "/tasks/", expand="unit,key_task,plan,parent,children", page_size="200"
    ),
    "GET tasks/{id}": reads("/tasks/{}/", share("1.")),
    "GET tasks/{id}/reports": reads("/tasks/{}/reports/", share("2.")),
    "GET tasks/{id}/extension-requests": reads("/tasks/{}/extension-requests/", share("2.")),
    "GET tasks/{id}/events": reads("/tasks/{}/events/", share("2.")),
    "GET reports": reads("/reports/"),
    "GET reports/{id}": reads("/reports/{}/", lambda world: world.report),
    "GET extension-requests": reads("/extension-requests/"),
    "GET extension-requests/{id}": reads("/extension-requests/{}/", lambda world: world.request),
    "GET events": followed,
    "GET reminders": reads("/reminders/"),
    "GET reminders/{id}": reads("/reminders/{}/", lambda world: world.reminder),
    "GET me": reads("/me/"),
    "GET tokens": reads("/tokens/"),
    "DELETE tokens/{id}": revoked_token,
    "POST plans": made_plan,
    "PATCH plans/{id}": changed_plan,
    "PATCH key-tasks/{id}": settled,
    "PUT plans/{id}/reminder-rules": set_rules,
    "POST plans/{id}/issue": lambda office, officer, world: writes(
        "/plans/{}/issue/", lambda w: Plan.objects.get(pk=w.draft.pk), by_office=True
    )(office, officer, world),
    "POST tasks/{id}/acknowledge": writes("/tasks/{}/acknowledge/", share("3.")),
    "POST tasks/{id}/uphold": writes("/tasks/{}/uphold/", share("4."), REASON, by_office=True),
    "POST tasks/{id}/object": writes("/tasks/{}/object/", share("4."), REASON),
    "POST tasks/{id}/decompose": writes("/tasks/{}/decompose/", share("5."), parts),
    "POST tasks/{id}/reports": writes("/tasks/{}/reports/", share("5."), {"percent": "1"}),
    "POST tasks/{id}/extension-requests": writes(
        "/tasks/{}/extension-requests/",
        share("5."),
        lambda _world: {"new_due_on": day_in(9).isoformat(), "reason": "汛期。"},
    ),
    "POST reports/{id}/approve": writes(
        "/reports/{}/approve/", lambda world: world.report, by_office=True
    ),
    "POST reports/{id}/return": writes(
        "/reports/{}/return/", lambda world: world.share("5.").reports.get(), REASON, by_office=True
    ),
    "POST extension-requests/{id}/approve": writes(
        "/extension-requests/{}/approve/", lambda world: world.request, by_office=True
    ),
    "POST extension-requests/{id}/refuse": writes(
        "/extension-requests/{}/refuse/",
        lambda world: world.share("5.").extension_requests.get(),
        {"answer": "按期完成。"},
        by_office=True,
    ),
}


def measured(world: ApiWorld) -> dict[str, int]:
    office, officer = Api(world.county.coordinator), Api(world.county.officer("甲镇"))
    every = MEASURES | LIFE | MANY | PAPERS | FIGURES
    return {name: measure(office, officer, world) for name, measure in every.items()}


@pytest.fixture(autouse=True)
def keeps_its_own_evidence(settings: Settings, tmp_path: Path) -> None:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path


@pytest.fixture(autouse=True)
def no_minute_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session is noted once a minute, with queries of whichever request comes then."""
    monkeypatch.setattr(middleware, "NOTED_EVERY", 24 * 3600)


@pytest.fixture
def few(world: ApiWorld) -> dict[str, int]:
    return measured(world)


@pytest.fixture
def many(world: ApiWorld) -> dict[str, int]:
    add_rows(world)
    return measured(world)


def test_every_operation_is_measured() -> None:
    """But for the token's two and for reading, which ends in a process of its own."""
    offered = {f"{method.upper()} {path.strip('/')}" for method, path in described_operations()}
    known = {name.partition(",")[0] for name in MEASURES | LIFE | MANY | PAPERS | FIGURES}
    assert offered - known == {"POST tokens", "DELETE tokens", "POST plans/read"}
    assert known <= offered


def test_the_counts_are_those_that_were_reviewed(few: dict[str, int]) -> None:
    if WRITES_ANEW:
        BASELINE.write_text(json.dumps(few, indent=2) + "\n")
    assert few == json.loads(BASELINE.read_text())


def test_no_count_grows_with_the_rows(many: dict[str, int]) -> None:
    assert many == json.loads(BASELINE.read_text())
