"""What was said to a unit about its share, as a document to be printed."""

from typing import Any

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.pages import reader
from tasks.models import ExtensionRequest, SupervisionNotice, Urge
from tasks.notice_documents import (
    OF_A_DOCUMENT,
    NoticeDocument,
    document_of_extension,
    document_of_notice,
    document_of_urge,
)


@require_GET
def urge_document(request: HttpRequest, pk: int) -> FileResponse:
    return _file(document_of_urge(_in_sight(request, Urge, pk)))


@require_GET
def notice_document(request: HttpRequest, pk: int) -> FileResponse:
    return _file(document_of_notice(_in_sight(request, SupervisionNotice, pk)))


@require_GET
def extension_document(request: HttpRequest, pk: int) -> FileResponse:
    """The page offers it once the request is decided; 404 before."""
    decided = {"decided_at__isnull": False}
    return _file(document_of_extension(_in_sight(request, ExtensionRequest, pk, **decided)))


def _in_sight(request: HttpRequest, model: Any, pk: int, **words: Any) -> Any:
    rows = model.objects.visible_to(reader(request), timezone.localdate()).filter(**words)
    return get_object_or_404(rows.select_related(*OF_A_DOCUMENT), pk=pk)


def _file(document: NoticeDocument) -> FileResponse:
    return FileResponse(document.content, as_attachment=True, filename=document.name)
