"""What is told fast is what the framework tells, for every serializer that does so."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Value
from rest_framework import serializers

from accounts.api.serializers import UnitNameSerializer
from accounts.api.telling import Telling, tells_of
from accounts.models import Unit
from tasks.api.serializers import (
    AboveSerializer,
    EventSerializer,
    ExtensionRequestDetailSerializer,
    ReportDetailSerializer,
    TaskDetailSerializer,
)
from tests.api_requests import Api
from tests.api_world import ApiWorld

pytestmark = pytest.mark.django_db


class View:
    """What the serializers of shares and reports ask of theirs."""

    def __init__(self, world: ApiWorld) -> None:
        self.user = world.county.officer("司法局")
        self.on = dt.date(2026, 7, 1)


def told_slowly(serializer: Any, row: Any) -> Any:
    """As the framework does it: with the fields once made, it reads them."""
    assert len(serializer.fields) > 0
    return serializer.to_representation(row)


def rows_of(world: ApiWorld) -> dict[type[Telling], list[Any]]:
    no = Value(value=False)
    shares = list(world.plan.tasks.annotate(report_waits=no, request_waits=no))
    return {
        TaskDetailSerializer: shares,
        AboveSerializer: shares,
        EventSerializer: [event for share in shares for event in share.events.all()],
        ReportDetailSerializer: [row for share in shares for row in share.reports.all()],
        ExtensionRequestDetailSerializer: [
            row for share in shares for row in share.extension_requests.all()
        ],
    }


def test_told_fast_and_slowly_it_is_the_same(world: ApiWorld) -> None:
    view = View(world)
    for serializer, rows in rows_of(world).items():
        assert rows, serializer
        for row in rows:
            fast = serializer(row, context={"view": view})
            slow = serializer(row, context={"view": view})
            assert fast.to_representation(row) == told_slowly(slow, row)
            assert "fields" not in fast.__dict__


def test_the_figures_of_a_plan_as_well(world: ApiWorld) -> None:
    """A row of figures holds a dict and numbers that may be missing."""

    class Numbers(Telling):
        given = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
        day = serializers.DateField()

    class Holding(Telling):
        left_out = Numbers()
        each = Numbers(many=True)

    class Row:
        left_out = {"given": Decimal("1.5"), "day": dt.date(2026, 9, 30)}
        each = [{"given": None, "day": dt.date(2026, 1, 1)}]

    told = Holding().to_representation(Row())
    assert told == told_slowly(Holding(), Row())
    assert told == {
        "left_out": {"given": "1.50", "day": "2026-09-30"},
        "each": [{"given": None, "day": "2026-01-01"}],
    }


def test_fields_that_were_asked_for_are_left_alone(world: ApiWorld) -> None:
    api = Api(world.county.coordinator)
    (row, *_rows) = api.get("/tasks/", fields="id,unit").json()["results"]
    assert set(row) == {"id", "unit"}


def test_a_row_in_a_row_needs_nothing_but_itself() -> None:
    class LooksFurther(Telling):
        found = serializers.SerializerMethodField()

    class Holding(Telling):
        unit = LooksFurther()

    class Foreign(Telling):
        unit = serializers.Serializer[Any]()

    for holding in (Holding, Foreign):
        with pytest.raises(TypeError):
            tells_of(holding)


def test_a_name_is_read_once_for_each_class() -> None:
    assert tells_of(UnitNameSerializer) is tells_of(UnitNameSerializer)
    assert UnitNameSerializer().to_representation(Unit(pk=3, name="司法局")) == {
        "id": 3,
        "name": "司法局",
    }
