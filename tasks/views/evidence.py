"""Files handed in with a report from its share's page."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts.errors import Invalid, Refusal
from accounts.pages import reader, status_of
from tasks.evidence import LARGEST_FILE, attach
from tasks.files.uploads import at_most
from tasks.models import ProgressReport
from tasks.views.share import share_in_sight, share_page


class FileForm(forms.Form):
    file = forms.FileField(allow_empty_file=True)


@csrf_exempt
@require_POST
def attach_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The limit is set before anybody reads the body; the token inside it is checked after."""
    on = timezone.localdate()
    report = _report_in_sight(request, pk, on)
    try:
        with at_most(request, LARGEST_FILE):
            return _attach(request, report)
    except Refusal as refusal:
        task = share_in_sight(reader(request), report.task_id, on)
        return share_page(request, task, on, refusal=refusal, status=status_of(refusal))


@csrf_protect
def _attach(request: HttpRequest, report: ProgressReport) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid("no_file", _("Choose a file first."))
    file = form.cleaned_data["file"]
    attach(report.pk, file.name or "", file, actor=reader(request), at=timezone.now())
    messages.success(request, _("The file is with the report."))
    return redirect("share", pk=report.task_id)


def _report_in_sight(request: HttpRequest, pk: int, on: dt.date) -> ProgressReport:
    reports = ProgressReport.objects.visible_to(reader(request), on)
    found: ProgressReport = get_object_or_404(reports, pk=pk)
    return found
