"""Serializers that tell rows fast: how each field is read is worked out once for each class.

The framework builds the fields of a serializer anew for every answer and asks each of them, for
every row, how it is read; a list of fifty shares spends most of its time there. Here the way from
a row to a value is a closure that is made once. What is said is the same
(``tests/accounts/api/test_telling.py``).
"""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

#: What a field says of a row: ``tell(serializer, row)``.
Tell = Callable[[Any, Any], Any]

#: Their value is what JSON takes.
PLAIN = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.IntegerField,
)


class Telling(serializers.Serializer[Any]):
    """To stand first among the bases. Where an address shapes the fields, the framework reads."""

    def to_representation(self, instance: Any) -> Any:
        if "fields" in self.__dict__:
            return super().to_representation(instance)
        return {name: tell(self, instance) for name, tell in tells_of(type(self)).items()}


@cache
def tells_of(serializer: type[Telling]) -> dict[str, Tell]:
    return {name: _tell_of(field) for name, field in serializer().fields.items()}


def _tell_of(field: Any) -> Tell:
    if isinstance(field, serializers.SerializerMethodField):
        method = str(field.method_name)
        return lambda serializer, row: getattr(serializer, method)(row)
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        key = attrgetter(f"{field.source}_id")
        return lambda _serializer, row: key(row)
    read, say = _reader_of(field.source_attrs), _say_of(field)
    if say is None:
        return lambda _serializer, row: read(row)

    def tell(_serializer: Any, row: Any) -> Any:
        value = read(row)
        return None if value is None else say(value)

    return tell


def _reader_of(names: list[str]) -> Callable[[Any], Any]:
    read = attrgetter(".".join(names))
    key = names[0]
    return lambda row: row[key] if isinstance(row, dict) else read(row)


def _say_of(field: Any) -> Callable[[Any], Any] | None:
    """What becomes of the value itself; ``None`` where it stays what it is."""
    if isinstance(field, PLAIN):
        return None
    if isinstance(field, serializers.ListSerializer):
        each = _say_nested(field.child)
        return lambda rows: [each(row) for row in _all(rows)]
    if isinstance(field, serializers.ManyRelatedField):
        return lambda rows: field.to_representation(_all(rows))
    if isinstance(field, serializers.BaseSerializer):
        return _say_nested(field)
    say: Callable[[Any], Any] = field.to_representation
    return say


def _all(rows: Any) -> Any:
    return rows.all() if hasattr(rows, "all") else rows


def _say_nested(field: Any) -> Callable[[Any], Any]:
    """Of a row in a row: only of classes that need nothing but that row."""
    if not isinstance(field, Telling):
        raise TypeError(f"{type(field).__name__} is no telling serializer.")
    if any(isinstance(one, serializers.SerializerMethodField) for one in field.fields.values()):
        raise TypeError(f"{type(field).__name__} looks at more than its row.")
    tells = tells_of(type(field))
    return lambda row: {name: tell(None, row) for name, tell in tells.items()}
