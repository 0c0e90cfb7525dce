"""An example of each body, for the OpenAPI document: made from the serializer that checks it.

A serializer whose fields exclude each other, or that takes a document apart, names its own in
``example``. A test lets every serializer check its example.
"""

from typing import Any

from rest_framework import serializers

from accounts.api.fields import StrictSerializer

#: What a person would write into fields of these names.
WORDS = {
    "answer": "同意,请抓紧办理。",
    "finding": "总体有序,未完成事项转入下年。",
    "label": "完成初稿",
    "name": "司法局",
    "narrative": "已化解 9 件。",
    "new_name": "法治建设局",
    "reason": "汛期影响施工。",
    "text": "请按期完成。",
    "title": "规范行政执法",
}
DAY = "2026-09-30"
YEAR = 2026


def example_of(field: Any) -> Any:
    """What the serializer or field would take; of a serializer only what has no default."""
    if isinstance(field, StrictSerializer):
        return field.example or _example_of_rows(field)
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        return [example_of(field.child)]
    return _example_of_value(field)


def _example_of_rows(serializer: StrictSerializer) -> dict[str, Any]:
    return {
        name: example_of(field)
        for name, field in serializer.fields.items()
        if not field.read_only and field.default is serializers.empty
    }


def _example_of_value(field: Any) -> Any:
    if isinstance(field, serializers.DateField):
        return DAY
    if isinstance(field, serializers.ChoiceField):
        return next(choice for choice in field.choices if choice != "")
    if isinstance(field, serializers.BooleanField):
        return True
    if isinstance(field, serializers.DictField):
        return {}
    return _example_of_number(field) or WORDS.get(field.field_name, "")


def _example_of_number(field: Any) -> int | str | None:
    if field.field_name == "year":
        return YEAR
    if isinstance(field, serializers.DecimalField):
        return "1.5"
    if isinstance(field, serializers.IntegerField | serializers.PrimaryKeyRelatedField):
        return 1
    return None
