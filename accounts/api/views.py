"""What every resource of the API does in the same way, and the directory's resources."""

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from functools import cached_property
from typing import Any, NoReturn

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.access import keep_posts
from accounts.api.conditions import VersionedRow, etag_of
from accounts.api.filters import UnitFilters, UnitGroupFilters
from accounts.api.idempotency import Replayed, claim, claims_key, keep_answer, key_of
from accounts.api.paging import Pages
from accounts.api.serializers import UnitGroupSerializer, UnitSerializer
from accounts.api.shaping import SHAPED, Expansion, shape
from accounts.models import AnsweredRequest, Unit, UnitGroup, User

#: The parameters of every list, whatever it lists.
OF_A_LIST = Pages.parameters


class AtOneInstant(APIView):
    """A view with one clock reading, one person, and no parameter that it does not know."""

    #: For each action (or method) the query parameters it takes.
    parameters: Mapping[str, Set[str]] = {}
    #: The actions (or methods) that cost much: they are counted as a kind of their own.
    heavy: Set[str] = frozenset()

    def perform_authentication(self, request: Request) -> None:
        """A stranger's wrong token is counted, too: it costs a query."""
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            self.check_throttles(request)
            raise

    def permission_denied(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        if not request.successful_authenticator:
            self.check_throttles(request)
        super().permission_denied(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        wrong = {
            name: [fault]
            for name in sorted(request.query_params)
            if (fault := self._fault_in(name, request.query_params.getlist(name)))
        }
        if wrong:
            raise ValidationError(wrong)

    def is_heavy(self, request: Request, action: str) -> bool:
        return action in self.heavy

    def known_parameters(self) -> Set[str]:
        method = (self.request.method or "").lower()
        return self.parameters.get(getattr(self, "action", None) or method, frozenset())

    def repeatable_parameters(self) -> Set[str]:
        return frozenset()

    def _fault_in(self, name: str, values: list[str]) -> ErrorDetail | None:
        """Why a parameter would be passed over: then it is better refused."""
        if name not in self.known_parameters():
            return ErrorDetail(_("There is no such parameter here."), code="unknown")
        if not all(values):
            return ErrorDetail(_("This parameter is empty."), code="empty")
        if len(values) > 1 and name not in self.repeatable_parameters():
            return ErrorDetail(_("This parameter is given twice."), code="repeated")
        return None

    @cached_property
    def at(self) -> dt.datetime:
        return timezone.now()

    @cached_property
    def on(self) -> dt.date:
        return timezone.localdate(self.at)

    @cached_property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise TypeError("This view is for people who are logged in.")
        keep_posts(user)
        return user

    def words(self, serializer_class: type[BaseSerializer[Any]]) -> Any:
        """The body, checked by the serializer; raises ``ValidationError``."""
        context = {"request": self.request, "view": self}
        serializer = serializer_class(data=self.request.data, context=context)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class Resource(AtOneInstant, GenericViewSet[Any]):
    """Rows that the caller may see, under numeric ids."""

    lookup_value_regex = "[0-9]{1,18}"
    #: The actions that add to a row, and say nothing of its version.
    adding: Set[str] = frozenset()
    #: The actions whose body names the versions that were seen.
    versions_in_body: Set[str] = frozenset()
    #: What ``expand=`` may name.
    expansions: Mapping[str, Expansion] = {}
    claimed: AnsweredRequest | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """With a key of the caller's: the write and its answer are kept together, or neither."""
        with claims_key(request.method, request.headers):
            response: Any = super().dispatch(request, *args, **kwargs)
            if self.claimed is not None:
                keep_answer(self.claimed, response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = key_of(request) if request.method == "POST" else None
        if key is not None:
            self.claimed = claim(self.user, key, request, self.at)

    def handle_exception(self, exc: Exception) -> Response:
        return exc.answer() if isinstance(exc, Replayed) else super().handle_exception(exc)

    def known_parameters(self) -> Set[str]:
        known = super().known_parameters()
        if self.action == "list":
            filters = getattr(self, "filterset_class", None)
            known = known | OF_A_LIST | set(filters.get_filters() if filters else ())
        if self.action in SHAPED:
            known = known | {"fields"} | ({"expand"} if self.expansions else set())
        return known

    def repeatable_parameters(self) -> Set[str]:
        filters = getattr(self, "filterset_class", None)
        return filters.repeatable() if filters else frozenset()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A list is filtered; one row is found by its id, and takes no filter's queries."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer[Any]:
        """Of a list or one row that is read; shaped as the address asks."""
        serializer: BaseSerializer[Any] = super().get_serializer(*args, **kwargs)
        if not getattr(self, "swagger_fake_view", False):
            shape(serializer, self.request, self.expansions)
        return serializer

    def answer(
        self, row: VersionedRow, serializer_class: type[BaseSerializer[Any]], status: int = 200
    ) -> Response:
        """The row as it is now, with the ETag that the next write will name."""
        serializer = serializer_class(row, context=self.get_serializer_context())
        if self.action in SHAPED:
            shape(serializer, self.request, self.expansions)
        return Response(serializer.data, status=status, headers={"ETag": etag_of(row)})

    def page_of(self, rows: QuerySet[Any], serializer_class: type[BaseSerializer[Any]]) -> Response:
        page = self.paginate_queryset(rows)
        serializer = serializer_class(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(serializer.data)


def rows_named(field: str, ids: Iterable[int], rows: QuerySet[Any]) -> dict[Any, Any]:
    """The rows that a body names, by id in its order, each once. One query.

    Raises ``ValidationError`` for the field, naming the ids that are not among the rows.
    """
    wanted = dict.fromkeys(ids)
    found = rows.in_bulk(wanted)
    if missing := [pk for pk in wanted if pk not in found]:
        text = _("There is no such row: %(ids)s.") % {"ids": ", ".join(map(str, missing))}
        raise ValidationError({field: [ErrorDetail(text, code="does_not_exist")]})
    return {pk: found[pk] for pk in wanted}


class UnitViewSet(ListModelMixin, RetrieveModelMixin, Resource):
    """The directory of units: the tree along which everything is handed down."""

    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    filterset_class = UnitFilters

    def get_queryset(self) -> QuerySet[Unit]:
        units = Unit.objects.visible_to(self.user, self.on)
        return units.order_by("depth", "position", "id").prefetch_related("aliases")


class UnitGroupViewSet(ListModelMixin, RetrieveModelMixin, Resource):
    """Words that stand for many units, as 各乡镇(街道) does."""

    queryset = UnitGroup.objects.none()
    serializer_class = UnitGroupSerializer
    filterset_class = UnitGroupFilters

    def get_queryset(self) -> QuerySet[UnitGroup]:
        return UnitGroup.objects.visible_to(self.user, self.on).order_by("name", "id")
