"""Lists come in pages of a stable order; more than a page can hold is refused, not cut."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

LARGEST_PAGE = 200
#: No list of ours is longer; beyond, PostgreSQL's OFFSET would overflow.
LAST_PAGE = 10**9


class Pages(PageNumberPagination):
    """``?page=`` and ``?page_size=``, at most 200 rows; ``count`` is the whole list's."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return 50
        return _number(given, "page_size", LARGEST_PAGE)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return _number(request.query_params.get("page", "1"), "page", LAST_PAGE)


def _number(given: str, name: str, most: int) -> int:
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0
    if not 1 <= number <= most:
        raise ValidationError({name: [_("A number from 1 to %(most)s.") % {"most": most}]})
    return number
