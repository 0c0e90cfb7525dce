"""The light of shares as the database computes it: ``tasks.lights`` said as conditions on rows."""

import datetime as dt
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    Q,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Greatest

from plans.models import DeadlineKind
from tasks.lights import Light
from tasks.models import Task


def light_on(on: dt.date) -> Case:
    """The light's name, as a column."""
    whens = [When(condition, then=Value(light.value)) for light, condition in lights_on(on).items()]
    return Case(*whens, default=Value(Light.NONE.value), output_field=CharField())


def lights_on(on: dt.date) -> dict[Light, Q]:
    """What ``tasks.lights.light_of`` says, as conditions on rows."""
    yellow_until = last_yellow_day(on)
    gone = Q(state__in=[Task.State.SUSPENDED, Task.State.CANCELLED, Task.State.CARRIED_OVER])
    lit = ~Q(state=Task.State.CLOSED) & ~gone
    computed = lit & Q(light_set="", next_due_on__isnull=False)
    in_time = computed & Q(next_due_on__gte=on)
    yellow = Q(next_due_on__lte=yellow_until) | _behind_pace(on)
    return {
        Light.DONE: Q(state=Task.State.CLOSED),
        Light.NONE: ~Q(state=Task.State.CLOSED)
        & (gone | Q(light_set="", next_due_on__isnull=True)),
        Light.RED: lit & Q(light_set="red") | computed & Q(next_due_on__lt=on),
        Light.YELLOW: lit & Q(light_set="yellow") | in_time & yellow,
        Light.GREEN: lit & Q(light_set="green") | in_time & ~yellow,
    }


def last_yellow_day(on: dt.date) -> Combinable:
    """The latest deadline that is near on that day, by the rule of the share's plan."""
    today = Cast(Value(on), DateField())
    return ExpressionWrapper(today + F("plan__yellow_days"), output_field=DateField())


def _behind_pace(on: dt.date) -> Q:
    """The shares of whole years that are as many points behind as their plan makes yellow."""
    points = Greatest(F("plan__yellow_points"), 1)
    pace = Case(
        When(plan__year=on.year, then=Value(Decimal(100) * (on.month - 1) / 12)),
        When(plan__year__lt=on.year, then=Value(Decimal(100))),
        default=Value(Decimal(0)),
        output_field=DecimalField(max_digits=9, decimal_places=6),
    )
    return Q(deadline_kind=DeadlineKind.WHOLE_YEAR, completion__lte=pace - points)
