"""The first page: what I owe, and what waits for my decision."""

import datetime as dt

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.errors import Refusal
from accounts.pages import reader
from tasks.worklist import work_list


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    return my_work_page(request, timezone.localdate())


def my_work_page(
    request: HttpRequest,
    on: dt.date,
    *,
    sheet_refused: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with what stands against the report sheet that was just handed in for a unit."""
    found = work_list(reader(request), on)
    waiting = [*found.reports_to_let_out, *found.reports_to_decide]
    prefetch_related_objects(waiting, "figures__indicator")
    context = {
        "place": "my-work",
        "work": found,
        "on": on,
        "sheet_units": found.units_under_way,
        "sheet_refused": sheet_refused,
    }
    return render(request, "tasks/my_work.html", context, status=status)
