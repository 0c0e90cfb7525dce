"""逐级分解 on pages: chosen on the share's page, looked at, changed line by line, and done."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.errors import Refusal
from accounts.models import Unit
from accounts.pages import reader, status_of
from tasks.access import require_worker
from tasks.forms import ChooseForm, PartRow, PartsForm
from tasks.views.share import share_in_sight, share_page


@require_POST
def preview_decomposition(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would get what by when, and who would not and why. Makes nothing."""
    on = timezone.localdate()
    task = share_in_sight(reader(request), pk, on)
    try:
        require_worker(reader(request), task, on)
    except Refusal as refusal:
        return share_page(request, task, on, refusal=refusal, status=status_of(refusal))
    if "chosen" in request.POST:
        form = PartsForm.sent(request.POST, row=task, on=on)
        if "evenly" in request.POST:
            form.split_evenly()
        return _parts_page(request, form)
    choice = ChooseForm(request.POST, row=task, on=on)
    if not choice.is_valid():
        return share_page(request, task, on, tried=choice, status=400)
    return _parts_page(request, PartsForm.of_parts(choice.parts(), row=task, on=on))


@require_POST
def decompose(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    form = PartsForm.sent(request.POST, row=share_in_sight(reader(request), pk, on), on=on)
    if not form.is_valid():
        return _parts_page(request, form, status=400)
    try:
        form.carry_out(actor=reader(request), at=at)
    except Refusal as refusal:
        form.renew(refusal)
        return _parts_page(request, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, str(form.done))
    return redirect("share", pk=pk)


def _parts_page(
    request: HttpRequest, form: PartsForm, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    planned = form.preview()
    rows = form.rows(planned)
    context = {
        "place": "plans",
        "page_url": reverse("share", args=[form.row.pk]),
        "task": form.row,
        "form": form,
        "refusals": planned.refusals,
        "rows": [row for row in rows if not row.is_out],
        "out": _by_reason(row for row in rows if row.is_out),
        "refusal": refusal,
    }
    return render(request, "tasks/decompose.html", context, status=status)


def _by_reason(rows: Iterable[PartRow]) -> dict[str, list[Unit]]:
    """The units that get no share, those of one reason together."""
    found: dict[str, list[Unit]] = {}
    for row in rows:
        reasons = " ".join(str(refusal.message) for refusal in row.planned.refusals)
        found.setdefault(reasons, []).append(row.planned.task.unit)
    return found
