"""The directory in JSON, and the account that asks."""

from typing import Any

from rest_framework import serializers

from accounts.api.telling import Telling
from accounts.models import Membership, Unit, UnitGroup, User


class UnitNameSerializer(Telling, serializers.ModelSerializer[Unit]):
    """A unit where another row names it."""

    class Meta:
        model = Unit
        fields = ["id", "name"]


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit of the tree; ``level`` is 0 at the top."""

    level = serializers.IntegerField(source="depth", read_only=True)
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", read_only=True, allow_null=True
    )
    aliases = serializers.SlugRelatedField[Any](slug_field="name", many=True, read_only=True)

    class Meta:
        model = Unit
        fields = ["id", "name", "kind", "parent", "level", "valid_from", "valid_to", "aliases"]


class UnitGroupNameSerializer(Telling, serializers.ModelSerializer[UnitGroup]):
    """A group where another row names it."""

    class Meta:
        model = UnitGroup
        fields = ["id", "name"]


class UnitGroupSerializer(serializers.ModelSerializer[UnitGroup]):
    """A word for many units, and the other words that documents use for them."""

    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = UnitGroup
        fields = ["id", "name", "aliases"]


class PersonSerializer(Telling, serializers.ModelSerializer[User]):
    """An account where a row says who did something."""

    class Meta:
        model = User
        fields = ["id", "name"]


class RoleSerializer(serializers.ModelSerializer[Membership]):
    """A role that holds today."""

    unit = UnitNameSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ["unit", "role", "valid_from", "valid_to"]


class ErrorSerializer(serializers.Serializer[Any]):
    """Every refusal: ``code`` for programs, ``message`` for people, ``details`` for both."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()
