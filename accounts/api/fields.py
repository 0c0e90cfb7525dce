"""Fields and serializers that take exactly what they name, and say what they did not know."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

#: The years a deadline or a document can be of.
FIRST_DAY = dt.date(1980, 1, 1)
LAST_DAY = dt.date(2100, 12, 31)
#: The largest id that PostgreSQL's bigint holds.
LARGEST_ID = 2**63 - 1


class DayField(serializers.DateField):
    """A local date within the years that a plan can speak of."""

    default_error_messages = {"out_of_range": _("A day between 1980 and 2100, please.")}

    def to_internal_value(self, value: Any) -> dt.date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("out_of_range")
        return day


class IdField(serializers.IntegerField):
    """The id of a row, as a number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know, read-only fields among it, instead of passing over it."""

    default_error_messages = {"unknown": _("There is no such field to write.")}
    #: A body that it takes, where ``accounts.api.examples`` cannot make one of the fields.
    example: Mapping[str, Any] | None = None

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(map(str, set(data) - writable)):
                message = str(self.error_messages["unknown"])
                error = serializers.ErrorDetail(message, code="unknown")
                raise serializers.ValidationError({name: [error] for name in unknown})
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """An action that needs no words: the body is empty."""
