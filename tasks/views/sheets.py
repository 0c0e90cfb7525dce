"""填报表 on the pages: fetched, and handed in, from one's own work."""

import datetime as dt
from io import BytesIO

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.access import WORKING_ROLES, may_act_for
from accounts.errors import Invalid, Refusal
from accounts.models import Unit
from accounts.pages import reader, status_of
from plans.reading import ReadingRefused
from tasks.files.uploads import at_most
from tasks.sheets import LARGEST_SHEET, sheet_name, sheet_to_fill, submit_sheet
from tasks.views.my_work import my_work_page


class SheetForm(forms.Form):
    file = forms.FileField()


@csrf_exempt
@require_http_methods(["GET", "POST"])
def report_sheet(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The limit is set before anybody reads the body; the token inside it is checked after."""
    at = timezone.now()
    on = timezone.localdate(at)
    unit = _unit_of_reporter(request, pk, on)
    if request.method == "GET":
        content = sheet_to_fill(unit, user=reader(request), on=on)
        return FileResponse(BytesIO(content), as_attachment=True, filename=sheet_name(unit, on))
    try:
        with at_most(request, LARGEST_SHEET):
            return _hand_in(request, unit)
    except Refusal as refusal:
        return my_work_page(request, on, sheet_refused=refusal, status=status_of(refusal))


def _unit_of_reporter(request: HttpRequest, pk: int, on: dt.date) -> Unit:
    """The unit, for those who report for it."""
    user = reader(request)
    unit: Unit = get_object_or_404(Unit.objects.visible_to(user, on), pk=pk)
    if not may_act_for(user, unit, WORKING_ROLES, on):
        raise PermissionDenied
    return unit


@csrf_protect
def _hand_in(request: HttpRequest, unit: Unit) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid("no_file", _("Choose a file first."))
    file = form.cleaned_data["file"]
    try:
        made = submit_sheet(
            file.read(), file.name or "", unit=unit, actor=reader(request), at=timezone.now()
        )
    except ReadingRefused as refusal:
        raise Invalid(refusal.code, refusal.message) from refusal
    text = ngettext("%(count)d report is handed in.", "%(count)d reports are handed in.", len(made))
    messages.success(request, text % {"count": len(made)})
    return redirect("my-work")
