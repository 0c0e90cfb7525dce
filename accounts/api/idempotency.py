"""``Idempotency-Key``: a write that is sent twice is done once, and answered twice alike.

The key, the answer and what the service writes are saved in one transaction, under an advisory
lock for the key: a process that dies leaves none of them, and the same request may come again.
What is refused is not kept; asked again, it is judged again.
"""

import datetime as dt
import hashlib
import json
import re
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import Conflict
from accounts.locking import try_lock_request
from accounts.models import AnsweredRequest, User

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,200}")
#: So long an answer is kept for a caller that did not get it.
KEPT = dt.timedelta(days=7)
#: Fields of an answer that belong to it as its body does.
OF_THE_ANSWER = ("ETag", "Location")


class Replayed(APIException):
    """Ends a request whose answer is known already; not an error."""

    def __init__(self, known: AnsweredRequest) -> None:
        super().__init__()
        self.known = known

    def answer(self) -> Response:
        body = json.loads(bytes(self.known.body))
        return Response(body, status=self.known.status, headers=self.known.headers)


class KeyReused(APIException):
    """The key was used for another request (422)."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


def key_of(request: Request) -> str | None:
    """The key that the caller chose. Raises ``ParseError`` where it is none."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise ParseError(
            _("Idempotency-Key holds 1 to 200 visible characters."),
            code="idempotency_key_malformed",
        )
    if request.content_type.startswith("multipart/"):
        raise ParseError(
            _("A request with a file takes no Idempotency-Key."), code="idempotency_key_with_file"
        )
    return key


def claims_key(method: str | None, headers: Any) -> AbstractContextManager[Any]:
    """The transaction in which such a request is done; nothing for any other."""
    return transaction.atomic() if method == "POST" and HEADER in headers else nullcontext()


def claim(user: User, key: str, request: Request, at: dt.datetime) -> AnsweredRequest:
    """The row to be answered, not saved. Raises ``Replayed``, ``KeyReused`` or ``Conflict``."""
    if not try_lock_request(f"{user.pk} {key}"):
        raise Conflict(
            "idempotency_key_running", _("The first request with this key is still being done.")
        )
    fingerprint = _fingerprint(request)
    AnsweredRequest.objects.filter(answered_at__lt=at - KEPT).delete()
    known = AnsweredRequest.objects.filter(user=user, key=key).first()
    if known is not None and known.fingerprint != fingerprint:
        raise KeyReused(_("This Idempotency-Key was used for another request."))
    if known is not None:
        raise Replayed(known)
    return AnsweredRequest(user=user, key=key, fingerprint=fingerprint, answered_at=at)


def keep_answer(row: AnsweredRequest, response: Response) -> None:
    """Saves the answer where the request was done; else takes back whatever it wrote."""
    if response.status_code >= status.HTTP_400_BAD_REQUEST:
        transaction.set_rollback(True)
        return
    row.status = response.status_code
    row.headers = {name: response[name] for name in OF_THE_ANSWER if name in response}
    row.body = JSONRenderer().render(response.data) or b"null"
    row.save()


def _fingerprint(request: Request) -> str:
    said = [request.method or "", request.get_full_path(), request.headers.get("If-Match", "")]
    return hashlib.sha256("\n".join(said).encode() + b"\n" + request.body).hexdigest()
