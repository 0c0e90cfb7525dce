"""我的文件: what is being made for a person, how far it is, and what was made."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Conflict, Invalid, Refusal
from accounts.pages import reader, status_of
from tasks.forms.papers import paper_form
from tasks.models import Paper
from tasks.papers import ask_for_paper, open_paper, take_back


@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return papers_page(request)
    try:
        _ask(request)
    except Refusal as refusal:
        return papers_page(request, refusal=refusal, status=status_of(refusal))
    return redirect("papers")


@require_POST
def take_paper_back(request: HttpRequest, pk: int) -> HttpResponse:
    take_back(_paper_in_sight(request, pk))
    messages.success(request, _("The paper was taken back."))
    return redirect("papers")


@require_GET
def paper_file(request: HttpRequest, pk: int) -> FileResponse | HttpResponse:
    paper = _paper_in_sight(request, pk)
    try:
        content = open_paper(paper)
    except Conflict as refusal:
        return papers_page(request, refusal=refusal, status=status_of(refusal))
    return FileResponse(content, as_attachment=True, filename=paper.name)


def papers_page(
    request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    mine = Paper.objects.visible_to(reader(request), timezone.localdate())
    context = {"papers": mine.select_related("plan"), "refusal": refusal}
    return render(request, "tasks/papers.html", context, status=status)


def _ask(request: HttpRequest) -> Paper:
    at = timezone.now()
    user = reader(request)
    form = paper_form(request.POST, user=user, on=timezone.localdate(at))
    if not form.is_valid():
        raise Invalid("invalid", form.said)
    words = form.cleaned_data
    return ask_for_paper(
        words["kind"], words["plan"], as_of=words["as_of"], asked=form.asked, actor=user, at=at
    )


def _paper_in_sight(request: HttpRequest, pk: int) -> Paper:
    mine = Paper.objects.visible_to(reader(request), timezone.localdate())
    found: Paper = get_object_or_404(mine, pk=pk)
    return found
