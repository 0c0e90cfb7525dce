"""Files on their way in, ended at the first byte too many."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.errors import Invalid, Refusal

#: Bytes of a request beside those of its file: boundaries and part headers.
AROUND_A_FILE = 64 * 1024


class AtMost(FileUploadHandler):
    """Ends an upload at the first byte too many, whatever length it was said to have."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.received = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - as Django calls it
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > self.most + AROUND_A_FILE:
            raise self.refusal()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > self.most:
            raise self.refusal()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the handlers after this one."""

    def refusal(self) -> Exception:
        return Invalid("too_large", too_large(self.most))


@contextmanager
def at_most(request: HttpRequest, most: int) -> Iterator[None]:
    """Limits the upload of a page; to be entered before anybody reads the body.

    After a refusal Django would leave a file that was on its way in lying about.
    """
    request.upload_handlers.insert(0, AtMost(request, most))
    try:
        yield
    except Refusal:
        for handler in request.upload_handlers:
            with suppress(OSError):
                handler.upload_interrupted()
        raise


def too_large(most: int) -> str:
    return _("A file may have %(most)s MB.") % {"most": most // 1024**2}
