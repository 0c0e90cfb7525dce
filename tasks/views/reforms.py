"""机构改革 on the pages: written down, looked at before it happens, and carried out."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import units_coordinated
from accounts.errors import Refusal
from accounts.models import User
from accounts.pages import reader, status_of, whole_number
from tasks.models import ShareTransfer, Task, UnitReform
from tasks.reform_forms import REFORM_FORMS, ReformForm, TransferForm, units_on
from tasks.reform_preview import preview_reform
from tasks.reform_shares import followers_of, shares_to_move
from tasks.reforming import change_transfer, complete_transfers, execute_reform, prepare_reform

#: What has to be settled, by the code of ``tasks.reform_shares.Unsettled``.
TO_SETTLE = {
    "no_transfer": gettext_lazy("These shares do not go anywhere yet."),
    "ends_too": gettext_lazy("These shares would go to a unit that is not there from the day on."),
    "issues_plans": gettext_lazy(
        "It issues plans that are not closed: name one unit that follows."
    ),
    "units_below": gettext_lazy("Units below it go on: they need one unit that follows."),
    "apart": gettext_lazy("It would have two shares of one key task in different places."),
    "closed": gettext_lazy("One of the shares that would become one is closed."),
    "decision_waits": gettext_lazy("Something waits for a decision on shares that become one."),
    "other_deadline": gettext_lazy("Shares that would become one are due on different days."),
    "other_steps": gettext_lazy("Shares that would become one have different steps."),
}


@require_GET
def reforms(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    user = _reformer(request, on)
    rows = UnitReform.objects.visible_to(user, on).prefetch_related("endings__unit")
    context = {
        "place": "directory",
        "reforms": rows.order_by("-on", "-id"),
        # A template would call a class.
        "kinds": [(kind, form.label, form.lead) for kind, form in REFORM_FORMS.items()],
    }
    return render(request, "tasks/reforms.html", context)


@require_http_methods(["GET", "POST"])
def new_reform(request: HttpRequest, action: str) -> HttpResponse:
    """Writes a reform down. Moves nothing."""
    at = timezone.now()
    on = timezone.localdate(at)
    user = _reformer(request, on)
    if action not in REFORM_FORMS:
        raise Http404
    units = units_on(units_coordinated(user, on), on)
    if request.method == "GET":
        return _form_page(request, REFORM_FORMS[action](units=units))
    form = REFORM_FORMS[action](request.POST, units=units)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    said = form.cleaned_data
    try:
        made = prepare_reform(said["title"], form.endings(), on=said["on"], actor=user, at=at)
    except Refusal as refusal:
        return _form_page(request, form, refusal=refusal, status=status_of(refusal))
    return redirect("reform", pk=made.pk)


@require_GET
def reform(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    return _reform_page(request, _in_sight(request, pk, on), on)


@require_POST
def act_on_reform(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    row = _in_sight(request, pk, on)
    if action not in ("complete", "transfers", "execute"):
        raise Http404
    form = _transfer_form(request, row, on, request.POST) if action == "transfers" else None
    if form and not form.is_valid():
        return _reform_page(request, row, on, form=form, status=400)
    call: dict[str, Any] = {"actor": reader(request), "at": at}
    call["version"] = whole_number(request.POST.get("version")) or 0
    try:
        _call(action, row, form, call)
    except Refusal as refusal:
        row = _in_sight(request, pk, on)
        return _reform_page(request, row, on, refusal=refusal, status=status_of(refusal))
    done = {
        "complete": _("The list of shares is complete."),
        "transfers": _("It is written down where these shares go."),
        "execute": _("The reform is carried out."),
    }
    messages.success(request, done[action])
    return redirect("reform", pk=pk)


def _call(action: str, row: UnitReform, form: TransferForm | None, call: dict[str, Any]) -> None:
    if form:
        said = form.cleaned_data
        tasks = [task.pk for task in said["tasks"]]
        change_transfer(row.pk, tasks, said["to_unit"], **call)
    elif action == "complete":
        complete_transfers(row.pk, **call)
    else:
        execute_reform(row.pk, **call)


def _reformer(request: HttpRequest, on: dt.date) -> User:
    user = reader(request)
    if not units_coordinated(user, on).exists():
        raise PermissionDenied(_("Only a coordinator reforms the units of their part of the tree."))
    return user


def _in_sight(request: HttpRequest, pk: int, on: dt.date) -> UnitReform:
    rows = UnitReform.objects.visible_to(reader(request), on)
    rows = rows.prefetch_related("endings__unit", "endings__successors")
    found: UnitReform = get_object_or_404(rows, pk=pk)
    return found


def _shares_of(row: UnitReform) -> Any:
    shares = shares_to_move(followers_of(row))
    return shares.select_related("unit", "key_task", "plan").order_by("unit_id", "depth", "id")


def _transfer_form(request: HttpRequest, row: UnitReform, on: dt.date, sent: Any) -> TransferForm:
    units = units_on(units_coordinated(reader(request), on), row.on)
    shares = _shares_of(row)
    if sent is None:
        return TransferForm(shares=shares, units=units, initial={"version": row.version})
    return TransferForm(sent, shares=shares, units=units)


def _form_page(
    request: HttpRequest, form: ReformForm, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    context = {"place": "directory", "page_url": request.path, "form": form, "refusal": refusal}
    return render(request, "tasks/new_reform.html", context, status=status)


def _reform_page(
    request: HttpRequest,
    row: UnitReform,
    on: dt.date,
    *,
    form: TransferForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """Before it is carried out with all that would come of it; afterwards with what moved."""
    context: dict[str, Any] = {"place": "directory", "reform": row, "refusal": refusal}
    transfers = row.transfers.select_related("task__unit", "task__key_task", "to_unit")
    if row.state == UnitReform.State.PREPARED:
        found = preview_reform(row.pk, on)
        context |= {
            "preview": found,
            "unsettled": [(TO_SETTLE.get(row.code, row.code), row) for row in found.unsettled],
            "shares": _with_targets(_shares_of(row), transfers),
            "form": form or _transfer_form(request, row, on, None),
            "too_early": on < row.on,
        }
    else:
        context["transfers"] = transfers.order_by("task__unit_id", "task_id")
    return render(request, "tasks/reform.html", context, status=status)


def _with_targets(shares: Any, transfers: Any) -> list[tuple[Task, ShareTransfer | None]]:
    by_share = {transfer.task_id: transfer for transfer in transfers}
    return [(share, by_share.get(share.pk)) for share in shares]
