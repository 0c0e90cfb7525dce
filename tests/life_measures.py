"""Measures of the rest of a share's life, for ``tests/test_query_counts.py``.

Where an action needs a share in a state of its own, the measure makes a plan of as many key
tasks as there are units below 甲镇, so that what walks over a plan shows.
"""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Unit
from plans.editing import PlanChanges, change_plan_settings, make_plan
from plans.models import KeyTask, Plan
from plans.sources import bind_source, keep_source
from tasks.acknowledging import acknowledge
from tasks.amending import cancel_key_task
from tasks.evidence import attach
from tasks.issuing import issue_plan
from tasks.models import ExtensionRequest, ProgressReport, SupervisionNotice, Task
from tasks.progress import Said, approve_report, save_draft, submit_report
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in, in_days
from tests.county import draft_of, due, item, owner

REASON = {"reason": "请说明。"}

Measure = Callable[[Api, Api, ApiWorld], int]
Row = Callable[[ApiWorld], Any]


def reads(path: str, row: Row | None = None, **parameters: Any) -> Measure:
    """A GET of the coordinator, who sees the most."""

    def measure(office: Api, _officer: Api, world: ApiWorld) -> int:
        address = path.format(row(world).pk if row else "")
        return office.queries_of("get", address, **parameters)

    return measure


def writes(
    path: str, row: Row, body: Any = None, *, by_office: bool = False, method: str = "post"
) -> Measure:
    """A write on a row, by the township's officer or by the office."""

    def measure(office: Api, officer: Api, world: ApiWorld) -> int:
        found = row(world)
        api = office if by_office else officer
        content = body(world) if callable(body) else body
        if method == "post":
            return api.queries_of("post", path.format(found.pk), content, row=found)
        etag = f'"{found.pk}-{found.version}"'
        return api.queries_of("send", method, path.format(found.pk), content, etag=etag)

    return measure


def share(number: str) -> Callable[[ApiWorld], Task]:
    return lambda world: world.share(number)


def another_plan(world: ApiWorld, *, ongoing: bool = False, inside: bool = False) -> Plan:
    """Issued to 甲镇 alone, and signed for."""
    county, now = world.county, timezone.now()
    town = county.unit("甲镇")
    count = Unit.objects.filter(parent=town).count()
    deadline = due(None, "ongoing") if ongoing else in_days(30)
    items = [
        item(f"{n}.", f"事项{n}", [owner("甲镇", "responsible")], deadline) for n in range(count)
    ]
    plan = make_plan(
        draft_of(*items),
        issuing_unit=county.unit("依法治县办"),
        issued_on=day_in(0),
        actor=county.coordinator,
        at=now,
    )
    if inside:
        changes = PlanChanges(approval_inside_unit=True)
        change_plan_settings(plan.pk, changes, actor=county.coordinator, at=now)
    plan = issue_plan(plan.pk, actor=county.coordinator, at=now)
    for task in Task.objects.filter(plan=plan):
        acknowledge(task.pk, actor=county.officer("甲镇"), at=now)
    return plan


def first_share(plan: Plan) -> Task:
    return Task.objects.filter(plan=plan).earliest("pk")


def first_key_task(plan: Plan) -> KeyTask:
    return plan.key_tasks.earliest("position")


def closed_share(world: ApiWorld) -> Task:
    task, now = first_share(another_plan(world)), timezone.now()
    report = submit_report(
        task.pk, Said(completes=True), actor=world.county.officer("甲镇"), at=now
    )
    approve_report(report.pk, actor=world.county.coordinator, at=now)
    task.refresh_from_db()
    return task


def ended_plan(world: ApiWorld) -> Plan:
    plan = another_plan(world)
    for key_task in plan.key_tasks.all():
        cancel_key_task(
            key_task.pk, reason="合并。", actor=world.county.coordinator, at=timezone.now()
        )
    plan.refresh_from_db()
    return plan


def report_inside(world: ApiWorld) -> ProgressReport:
    task = first_share(another_plan(world, inside=True))
    said = Said(percent=Decimal(5))
    return submit_report(task.pk, said, actor=world.county.officer("甲镇"), at=timezone.now())


def let_out(_office: Api, _officer: Api, world: ApiWorld) -> int:
    report = report_inside(world)
    head = Api(world.county.head("甲镇"))
    return head.queries_of("post", f"/reports/{report.pk}/let-out/", row=report)


def drafted(world: ApiWorld) -> Task:
    task = first_share(another_plan(world))
    officer = world.county.officer("甲镇")
    save_draft(task.pk, Said(percent=Decimal(5)), actor=officer, at=timezone.now())
    return task


def own_draft(_office: Api, officer: Api, world: ApiWorld) -> int:
    return officer.queries_of("get", f"/tasks/{drafted(world).pk}/draft/")


def evidence_of_draft(world: ApiWorld) -> Any:
    report = drafted(world).reports.get()
    officer = world.county.officer("甲镇")
    file = BytesIO("名单".encode())
    return attach(report.pk, "名单.txt", file, actor=officer, at=timezone.now())


def attached(_office: Api, officer: Api, world: ApiWorld) -> int:
    report = drafted(world).reports.get()
    file = SimpleUploadedFile("名单.txt", "名单".encode())
    return officer.queries_of("attach", f"/reports/{report.pk}/evidence/", file, row=report)


def printed(path: str, row: Row) -> Measure:
    def measure(office: Api, _officer: Api, world: ApiWorld) -> int:
        return office.queries_of("read_bytes", path.format(row(world).pk))

    return measure


def decided_request(world: ApiWorld) -> ExtensionRequest:
    """What was measured before has decided it."""
    return ExtensionRequest.objects.exclude(state="submitted").get(pk=world.request.pk)


def fetched(_office: Api, officer: Api, world: ApiWorld) -> int:
    return officer.queries_of("read_bytes", f"/evidence/{evidence_of_draft(world).pk}/content/")


def taken_back(_office: Api, officer: Api, world: ApiWorld) -> int:
    return officer.queries_of("send", "delete", f"/evidence/{evidence_of_draft(world).pk}/")


def carried_over(office: Api, _officer: Api, world: ApiWorld) -> int:
    key_task = first_key_task(another_plan(world))
    later = another_plan(world)
    Plan.objects.filter(pk=later.pk).update(year=later.year + 1)
    body = {"to_key_task": first_key_task(later).pk, **REASON}
    return office.queries_of("post", f"/key-tasks/{key_task.pk}/carry-over/", body, row=key_task)


def resumed(office: Api, officer: Api, world: ApiWorld) -> int:
    key_task = first_key_task(another_plan(world))
    office.post(f"/key-tasks/{key_task.pk}/suspend/", REASON, row=key_task)
    key_task.refresh_from_db()
    return office.queries_of("post", f"/key-tasks/{key_task.pk}/resume/", REASON, row=key_task)


def of_key_task(action: str, body: Any = REASON) -> Measure:
    return writes(
        f"/key-tasks/{{}}/{action}/",
        lambda world: first_key_task(another_plan(world)),
        body,
        by_office=True,
    )


def added_key_task(world: ApiWorld) -> dict[str, Any]:
    town = world.county.unit("甲镇")
    owners = [{"name": "甲镇", "role": "lead", "unit": town.pk}]
    words = {"title": "新增任务", "text": "新增任务。", "due_on": day_in(50).isoformat()}
    return {**words, "owners": owners, **REASON}


def villages(world: ApiWorld) -> dict[str, Any]:
    below = Unit.objects.filter(parent=world.county.unit("甲镇"))
    return {"parts": [{"unit": unit.pk} for unit in below]}


def written_reform(office: Api, _officer: Api, world: ApiWorld) -> int:
    ending = {"unit": world.county.unit("乙乡").pk}
    body = {"title": "撤乡", "on": day_in(30).isoformat(), "endings": [ending]}
    return office.queries_of("post", "/unit-reforms/", body)


def of_reform(action: str, body: Any = None) -> Measure:
    def row(world: ApiWorld) -> Any:
        world.reform.refresh_from_db()
        return world.reform

    return writes(f"/unit-reforms/{{}}/{action}/", row, body, by_office=True)


def moved_village(world: ApiWorld) -> dict[str, Any]:
    task = world.share("1.", "甲二村")
    return {"tasks": [task.pk], "to_unit": world.county.unit("甲一村").pk}


def executed(office: Api, officer: Api, world: ApiWorld) -> int:
    """What waits in the village is decided first."""
    approve_report(world.village_report.pk, actor=world.county.head("甲镇"), at=timezone.now())
    return of_reform("execute")(office, officer, world)


def notice(world: ApiWorld) -> SupervisionNotice:
    return SupervisionNotice.objects.get(pk=world.notice.pk)


def document(office: Api, _officer: Api, world: ApiWorld) -> int:
    actor = world.county.coordinator
    source = keep_source("要点.txt", b"a", actor=actor, at=timezone.now())
    bind_source(source.pk, world.plan, actor=actor)
    return office.queries_of("read_bytes", f"/plans/{world.plan.pk}/document/")


def wishes(_office: Api, officer: Api, _world: ApiWorld) -> int:
    return officer.queries_of("send", "put", "/me/wishes/", {"hour": 9})


def feed(_office: Api, officer: Api, _world: ApiWorld) -> int:
    return officer.queries_of("post", "/me/calendar-feed/")


def no_feed(_office: Api, officer: Api, _world: ApiWorld) -> int:
    return officer.queries_of("send", "delete", "/me/calendar-feed/")


ANSWER_ON_PAPER = "/extension-requests/{}/document/"
NOTICE = {"text": "请按期完成。", "answer_by": day_in(5).isoformat()}
NEXT_YEAR = {"title": "下年要点", "year": 2099, "issued_on": "2099-03-01"}

LIFE: dict[str, Measure] = {
    "GET tasks/{id}/urges": reads("/tasks/{}/urges/", share("5.")),
    "GET tasks/{id}/supervision-notices": reads("/tasks/{}/supervision-notices/", share("5.")),
    "GET supervision-notices": reads("/supervision-notices/"),
    "GET supervision-notices/{id}": reads("/supervision-notices/{}/", notice),
    "GET supervision-notices/{id}/document": printed("/supervision-notices/{}/document/", notice),
    "GET urges/{id}/document": printed("/urges/{}/document/", lambda world: world.urge),
    "GET extension-requests/{id}/document": printed(ANSWER_ON_PAPER, decided_request),
    "GET reports/{id}/evidence": reads("/reports/{}/evidence/", lambda world: world.report),
    "GET evidence/{id}/content": fetched,
    "GET tasks/{id}/draft": own_draft,
    "GET plans/{id}/amendments": reads("/plans/{}/amendments/", ended_plan),
    "GET plans/{id}/document": document,
    "GET plans/{id}/over-years": reads("/plans/{}/over-years/", lambda world: world.plan),
    "GET unit-reforms": reads("/unit-reforms/"),
    "GET unit-reforms/{id}": reads("/unit-reforms/{}/", lambda world: world.reform),
    "GET unit-reforms/{id}/preview": reads("/unit-reforms/{}/preview/", lambda w: w.reform),
    "GET me/wishes": reads("/me/wishes/"),
    "PUT me/wishes": wishes,
    "POST me/calendar-feed": feed,
    "DELETE me/calendar-feed": no_feed,
    "PUT tasks/{id}/draft": writes("/tasks/{}/draft/", share("5."), {"percent": "1"}, method="put"),
    "POST reports/{id}/evidence": attached,
    "DELETE evidence/{id}": taken_back,
    "POST reports/{id}/let-out": let_out,
    "PATCH tasks/{id}": writes(
        "/tasks/{}/",
        lambda world: world.share("1.", "甲一村"),
        {"title": "规范村级执法", "weight": "2"},
        method="patch",
    ),
    "POST tasks/{id}/decompose/preview": writes(
        "/tasks/{}/decompose/preview/", share("5."), villages
    ),
    "POST tasks/{id}/urges": writes(
        "/tasks/{}/urges/", share("5."), {"text": "请抓紧。"}, by_office=True
    ),
    "POST tasks/{id}/supervision-notices": writes(
        "/tasks/{}/supervision-notices/", share("5."), NOTICE, by_office=True
    ),
    "POST supervision-notices/{id}/raise": writes(
        "/supervision-notices/{}/raise/", notice, {"level": "red", **REASON}, by_office=True
    ),
    "POST supervision-notices/{id}/lift": writes(
        "/supervision-notices/{}/lift/", notice, REASON, by_office=True
    ),
    "POST tasks/{id}/light": writes(
        "/tasks/{}/light/", share("5."), {"light": "red", **REASON}, by_office=True
    ),
    "POST tasks/{id}/move": writes(
        "/tasks/{}/move/",
        share("5."),
        lambda _world: {"due_on": day_in(6).isoformat(), **REASON},
        by_office=True,
    ),
    "POST tasks/{id}/reopen": writes("/tasks/{}/reopen/", closed_share, REASON, by_office=True),
    "POST tasks/{id}/review": writes(
        "/tasks/{}/review/",
        lambda world: first_share(another_plan(world, ongoing=True)),
        {"finding": "总体有序。"},
        by_office=True,
    ),
    "POST tasks/{id}/reassign": writes(
        "/tasks/{}/reassign/",
        lambda world: first_share(another_plan(world)),
        lambda world: {"unit": world.county.unit("乙乡").pk, **REASON},
        by_office=True,
    ),
    "POST tasks/{id}/cancel": writes(
        "/tasks/{}/cancel/", lambda world: world.share("5.", "甲二村"), REASON
    ),
    "POST key-tasks/{id}/amend": of_key_task("amend", {"title": "新的标题", **REASON}),
    "POST key-tasks/{id}/suspend": of_key_task("suspend"),
    "POST key-tasks/{id}/resume": resumed,
    "POST key-tasks/{id}/cancel": of_key_task("cancel"),
    "POST key-tasks/{id}/carry-over": carried_over,
    "POST plans/{id}/key-tasks": writes(
        "/plans/{}/key-tasks/", another_plan, added_key_task, by_office=True
    ),
    "POST plans/{id}/close": writes("/plans/{}/close/", ended_plan, by_office=True),
    "POST plans/{id}/copy": writes("/plans/{}/copy/", another_plan, NEXT_YEAR, by_office=True),
    "POST unit-reforms": written_reform,
    "POST unit-reforms/{id}/complete": of_reform("complete"),
    "POST unit-reforms/{id}/transfers": of_reform("transfers", moved_village),
    "POST unit-reforms/{id}/execute": executed,
}
