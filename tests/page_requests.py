"""Asking for pages as a person's browser does."""

import html
import re
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tasks.models import Task


def browser(user: User | None = None, *, language: str = "en", **options: Any) -> Client:
    """A browser in the language given, logged in as the person."""
    client = Client(headers={"accept-language": language}, **options)
    if user is not None:
        client.force_login(user)
        session = client.session
        session["begun_at"] = session["seen_at"] = int(timezone.now().timestamp())
        session.save()
    return client


def text_of(response: Any) -> str:
    """What a reader reads: no tags, entities resolved, one blank between words."""
    page = response.content.decode()
    page = re.sub(r"<script.*?</script>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def queries_of(client: Client, path: str) -> int:
    """How many queries the page takes."""
    with CaptureQueriesContext(connection) as queries:
        response: HttpResponse = client.get(path)  # type: ignore[assignment]
    assert response.status_code == 200
    return len(queries)


def act(client: Client, task: Task, action: str, **fields: Any) -> Any:
    fields.setdefault("version", task.version)
    return client.post(reverse("act-on-share", args=[task.pk, action]), fields)


def page_of(client: Client, task: Task) -> str:
    return text_of(client.get(reverse("share", args=[task.pk])))


def decide(client: Client, kind: str, row: Any, action: str, **fields: Any) -> Any:
    fields.setdefault("version", row.version)
    return client.post(reverse(f"decide-{kind}", args=[row.pk, action]), fields)
