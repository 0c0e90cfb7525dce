"""The child of ``plans.reading.sandbox``: a request on standard input, an answer on output."""

import json
import sys
from typing import Any

import django
from django.conf import settings
from django.utils import translation

from plans.reading.blocks import Block
from plans.reading.cells import cells_of_workbook
from plans.reading.draft import ReadingRefused
from plans.reading.formats import blocks_of_file, blocks_of_text
from plans.reading.grammar import reading_of
from plans.reading.sandbox import confine


def blocks_of(content: bytes, filename: str | None) -> list[Block]:
    if filename is None:
        return blocks_of_text(content.decode("utf-8"))
    return blocks_of_file(content, filename)


def answer_to(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    if request["cells_only"]:
        return {"cells": cells_of_workbook(content, request["filename"])}
    blocks = blocks_of(content, request["filename"])
    found = reading_of(blocks, year=request["year"])
    return {
        "draft": found.draft.to_json(),
        "details": [item.to_json() for item in found.details],
    }


def main() -> None:
    """Reads one document and ends. A refusal is an answer; anything else ends the process."""
    confine()
    request = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    settings.configure(USE_I18N=True, LOCALE_PATHS=request["locale_paths"], LOGGING_CONFIG=None)
    django.setup()
    with translation.override(request["language"]):
        try:
            answer = answer_to(request, content)
        except ReadingRefused as refusal:
            answer = {"refused": [refusal.code, str(refusal.message)]}
    sys.stdout.write(json.dumps(answer))


main()
