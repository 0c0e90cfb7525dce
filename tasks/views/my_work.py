"""The first page: what I owe, and what waits for my decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.pages import reader
from tasks.worklist import work_list


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    found = work_list(reader(request), on)
    return render(request, "tasks/my_work.html", {"place": "my-work", "work": found, "on": on})
