"""Filters that refuse what they do not understand, and the directory's."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from accounts.api.fields import LARGEST_ID
from accounts.models import Unit, UnitGroup
from accounts.querysets import UnitQuerySet


class DayFilter(filters.DateFilter):  # type: ignore[misc]
    """A local date as ISO writes it, and in no other form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class YesNoFilter(filters.TypedChoiceFilter):  # type: ignore[misc]
    """``true`` or ``false``; anything else is an error, not "all"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        words = [("true", "true"), ("false", "false")]
        super().__init__(*args, choices=words, coerce=lambda word: word == "true", **kwargs)


class SinceFilter(DayFilter):
    """Instants of that local day or later."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, lookup_expr="date__gte")


class UntilFilter(DayFilter):
    """Instants of that local day or earlier."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, lookup_expr="date__lte")


class WholeNumberFilter(filters.Filter):  # type: ignore[misc]
    """A number without a fraction, small enough for any column."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=32767, **kwargs)


class IdFilter(filters.Filter):  # type: ignore[misc]
    """Rows of one other row, by its id. One out of sight finds as little as one that is not."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **kwargs)


def units_for(request: Request | None) -> UnitQuerySet:
    """The units that a filter may name."""
    if request is None or request.parser_context is None:
        return Unit.objects.none()
    view: Any = request.parser_context["view"]
    return Unit.objects.visible_to(view.user, view.on)


class UnitFilter(filters.ModelChoiceFilter):  # type: ignore[misc]
    """Rows of one unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, queryset=units_for, **kwargs)


@extend_schema_field(OpenApiTypes.INT)
class SubtreeFilter(UnitFilter):
    """Rows of one unit and of everything below it in the unit tree."""

    def filter(self, rows: QuerySet[Any], value: Unit | None) -> QuerySet[Any]:
        if value is None:
            return rows
        found = rows.filter(**{f"{self.field_name}__in": Unit.objects.within(value).values("pk")})
        return found.distinct() if self.distinct else found


class FilterSet(filters.FilterSet):  # type: ignore[misc]
    """Filters of one list. ``form`` errors become an answer of 400 with the parameter's name."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        # One that nobody asked for costs nothing, though a list has thirty.
        every = type(self).get_filters()
        self.base_filters = {name: every[name] for name in every if name in (data or ())}
        super().__init__(data, *args, **kwargs)

    @classmethod
    def repeatable(cls) -> set[str]:
        """The parameters that may be given several times, as "one of these"."""
        return {
            name
            for name, found in cls.get_filters().items()
            if isinstance(found, filters.MultipleChoiceFilter)
        }


class UnitFilters(FilterSet):
    kind = filters.MultipleChoiceFilter(choices=Unit.Kind.choices)
    parent = UnitFilter()
    subtree_of = SubtreeFilter(field_name="pk")
    level = WholeNumberFilter(field_name="depth")
    valid_on = DayFilter(method="keep_valid")
    text = filters.CharFilter(method="search")

    class Meta:
        model = Unit
        fields: list[str] = []

    def keep_valid(self, rows: UnitQuerySet, name: str, value: Any) -> UnitQuerySet:
        return rows.valid_on(value)

    def search(self, rows: UnitQuerySet, name: str, value: str) -> UnitQuerySet:
        """By a part of the name or of another name."""
        return rows.called_like(value)


class UnitGroupFilters(FilterSet):
    text = filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = UnitGroup
        fields: list[str] = []
