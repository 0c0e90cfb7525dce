"""Bodies of requests for many rows at once."""

from collections.abc import Iterable
from typing import Any

from tasks.models import ProgressReport, Task
from tests.api_world import ApiWorld


def report_on(task: Task, **words: Any) -> dict[str, Any]:
    """One row: the share as it was seen, and what is said; 30 % where nothing is."""
    return {"task": task.pk, "version": task.version, **(words or {"percent": "30"})}


def reports_on(tasks: Iterable[Task]) -> dict[str, Any]:
    return {"rows": [report_on(task) for task in tasks]}


def approvals_of(reports: Iterable[ProgressReport]) -> dict[str, Any]:
    return {"rows": [{"id": report.pk, "version": report.version} for report in reports]}


def contents_for_many(world: ApiWorld) -> dict[tuple[str, str], Any]:
    """What the permission matrix sends."""
    return {
        ("api-report-submit-many", "POST"): reports_on([world.share("5.")]),
        ("api-report-sheet", "GET"): {"unit": world.county.unit("甲镇").pk},
        ("api-report-sheet", "POST"): {"unit": world.county.unit("甲镇").pk},
        ("api-report-approve-many", "POST"): approvals_of([world.report]),
    }
