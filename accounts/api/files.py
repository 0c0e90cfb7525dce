"""Files in answers: bytes as they are kept, which no browser shows, runs, guesses at or keeps."""

from collections.abc import Mapping
from typing import IO, Any

from django.http import FileResponse
from rest_framework.renderers import BaseRenderer

AS_A_FILE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class AsStored(BaseRenderer):
    """Lets a caller ask for bytes; the bytes themselves are streamed past it."""

    media_type = "application/octet-stream"
    format = "file"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return data


class AsXlsx(AsStored):
    """A workbook that we wrote ourselves."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


class AsDocx(AsStored):
    """A document that we wrote ourselves."""

    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    format = "docx"


def as_a_file(
    content: IO[bytes], name: str, *, media_type: str = AsStored.media_type
) -> FileResponse:
    """To be saved under its name, whatever it holds."""
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=media_type,
        headers=AS_A_FILE,
    )
