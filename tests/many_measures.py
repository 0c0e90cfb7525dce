"""Measures of requests for many rows, for ``tests/test_query_counts.py``: two rows each."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tasks.models import ProgressReport, Task
from tests.api_requests import Api
from tests.api_world import ApiWorld
from tests.filled_sheets import filled_for
from tests.life_measures import Measure, another_plan, first_share
from tests.many_rows import approvals_of, reports_on


def reported_many(_office: Api, officer: Api, world: ApiWorld) -> int:
    tasks = Task.objects.filter(plan=another_plan(world)).order_by("pk")[:2]
    return officer.queries_of("post", "/reports/bulk/", reports_on(tasks))


def approved_many(office: Api, officer: Api, world: ApiWorld) -> int:
    tasks = Task.objects.filter(plan=another_plan(world)).order_by("pk")[:2]
    answer = officer.post("/reports/bulk/", reports_on(tasks))
    assert answer.status_code == 201, answer.content.decode()
    reports = ProgressReport.objects.filter(task__in=[task.pk for task in tasks])
    return office.queries_of("post", "/reports/approve/", approvals_of(reports))


def sheet(_office: Api, officer: Api, world: ApiWorld) -> int:
    return officer.queries_of("read_bytes", f"/reports/sheet/?unit={world.county.unit('甲镇').pk}")


def sheet_handed_in(_office: Api, officer: Api, world: ApiWorld) -> int:
    town, person = world.county.unit("甲镇"), world.county.officer("甲镇")
    content = filled_for(town, person, first_share(another_plan(world)))
    file = SimpleUploadedFile("a.xlsx", content)
    return officer.queries_of("upload", "/reports/sheet/", unit=town.pk, file=file)


MANY: dict[str, Measure] = {
    "GET reports/sheet": sheet,
    "POST reports/sheet": sheet_handed_in,
    "POST reports/bulk": reported_many,
    "POST reports/approve": approved_many,
}
