"""组织机构导入 on the pages: fetch a sheet, upload it, see what would change, save it."""

import json
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Invalid, Refusal
from accounts.models import User
from accounts.pages import reader, status_of
from accounts.sheets import DirectorySheet, Outcome, checked_sheet
from accounts.sheets.layout import KINDS, UNITS, UNTIL, SheetRow
from accounts.sheets.writing import directory_sheet
from tasks.directory_import import LARGEST_SHEET, read_directory_sheet, rehearse, save
from tasks.files.uploads import at_most


class UploadForm(forms.Form):
    file = forms.FileField()


class ShownForm(forms.Form):
    """The sheet as it was shown, and what it was shown to change."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    rows = forms.JSONField()
    shown = forms.CharField(max_length=64)

    def clean_rows(self) -> list[SheetRow]:
        try:
            return [_row_from(row) for row in self.cleaned_data["rows"]]
        except (TypeError, ValueError) as error:
            raise forms.ValidationError(_("Some values cannot be saved as they are.")) from error


def _row_from(row: Any) -> SheetRow:
    number, *cells = row
    if not isinstance(number, int) or len(cells) > UNTIL:
        raise ValueError
    if not all(isinstance(cell, str) and "\0" not in cell for cell in cells):
        raise ValueError
    return SheetRow(number, cells)


@require_GET
def fetch_sheet(request: HttpRequest, action: str) -> FileResponse:
    _keeper(request)
    if action not in KINDS:
        raise Http404
    on = timezone.localdate()
    content = directory_sheet(action, on=on, filled=request.GET.get("empty") != "1")
    word = _("Units") if action == UNITS else _("People")
    name = f"{_('Directory')} {word} {on.isoformat()}.xlsx"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def import_directory(request: HttpRequest) -> HttpResponse:
    """The limit is set before anybody reads the body; the token inside it is checked after."""
    _keeper(request)
    if request.method == "GET":
        return _page(request)
    try:
        with at_most(request, LARGEST_SHEET):
            return _look(request)
    except Refusal as refusal:
        return _page(request, refusal=refusal)


@csrf_protect
def _look(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid("no_file", _("Choose a file first."))
    file = form.cleaned_data["file"]
    return _shown(request, read_directory_sheet(file.read(), file.name or ""))


@require_POST
def confirm_import(request: HttpRequest) -> HttpResponse:
    """Saves all of what was shown; where something has changed since, it is shown anew."""
    user = _keeper(request)
    form = ShownForm(request.POST)
    if not form.is_valid():
        return _page(request, refusal=Invalid("no_sheet", _("Please upload the sheet once more.")))
    said = form.cleaned_data
    try:
        sheet = checked_sheet(said["kind"], said["rows"])
        done = save(sheet, shown=said["shown"], actor=user, on=timezone.localdate())
    except Refusal as refusal:
        return _shown(request, DirectorySheet(said["kind"], said["rows"]), refusal=refusal)
    text = ngettext("%(count)d row is saved.", "%(count)d rows are saved.", len(done.changes))
    messages.success(request, text % {"count": len(done.changes)})
    return redirect("directory")


def _keeper(request: HttpRequest) -> User:
    user = reader(request)
    if not user.keeps_directory:
        raise PermissionDenied(_("Only who keeps the directory may import into it."))
    return user


def _page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    context = {"place": "directory", "page_url": reverse("import-directory"), "refusal": refusal}
    status = status_of(refusal) if refusal else 200
    return render(request, "tasks/import_directory.html", context, status=status)


def _shown(
    request: HttpRequest, sheet: DirectorySheet, refusal: Refusal | None = None
) -> HttpResponse:
    outcome = rehearse(sheet, actor=reader(request), on=timezone.localdate())
    context = {
        "place": "directory",
        "page_url": reverse("import-directory"),
        "refusal": refusal,
        "outcome": outcome,
        "kind": sheet.kind,
        "parts": _parts(outcome),
        "rows": json.dumps([[row.number, *row.cells] for row in sheet.rows], ensure_ascii=False),
    }
    wrong = 400 if outcome.faults else 200
    status = status_of(refusal) if refusal else wrong
    return render(request, "tasks/import_shown.html", context, status=status)


def _parts(outcome: Outcome) -> list[tuple[str, Any]]:
    parts = (("new", _("New")), ("changed", _("Changed")), ("ended", _("Ended")))
    return [(word, outcome.of_kind(what)) for what, word in parts]
