"""Asking for pages as a person's browser does."""

import html
import re
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User


def browser(user: User | None = None, *, language: str = "en", **options: Any) -> Client:
    """A browser in the language given, logged in as the person."""
    client = Client(headers={"accept-language": language}, **options)
    if user is not None:
        client.force_login(user)
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
