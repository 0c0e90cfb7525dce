"""By what the rows of a completion report are made: for each word, key, name and order."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from django.db.models import Expression, F
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.models import Unit
from tasks.light_conditions import light_on
from tasks.lights import Light
from tasks.models import Task

By = Literal[
    "section", "key_task", "unit", "unit_kind", "level", "role", "light", "month", "plan", "year"
]
#: Of one plan, which is of one year, and of all plans; the first where nobody asks.
GROUPINGS: tuple[By, ...] = tuple(by for by in get_args(By) if by not in ("plan", "year"))
GROUPINGS_OF_ALL: tuple[By, ...] = ("plan", "year", *GROUPINGS)
#: Weighted means of topmost shares; the others count each unit's topmost share of a key task.
BY_TOPMOST: tuple[By, ...] = ("section", "key_task", "plan", "year")

#: What stands above the first column.
NAMES: dict[str, Promise] = {
    "section": gettext_lazy("Section"),
    "key_task": gettext_lazy("Key task"),
    "unit": gettext_lazy("Unit"),
    "unit_kind": gettext_lazy("Kind of unit"),
    "level": pgettext_lazy("tree", "Level"),
    "role": gettext_lazy("Role"),
    "light": gettext_lazy("Light"),
    "month": gettext_lazy("Month of the deadline"),
    "plan": gettext_lazy("Plan"),
    "year": gettext_lazy("Year"),
}

Found = dict[str, Any]


@dataclass(frozen=True)
class Grouping:
    """``beside`` are columns that go with the key; ``place`` sorts where the database cannot."""

    key: Expression | F
    label: Callable[[Found], str]
    beside: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    name: Callable[[Any], int | str | None] = lambda key: key
    place: Callable[[Any], Any] | None = None


def grouping_of(by: By, on: dt.date) -> Grouping:
    return _GROUPINGS[by](on)


def _by_section(on: dt.date) -> Grouping:
    title, position = "key_task__section__title", "key_task__section__position"
    return Grouping(
        F("key_task__section_id"),
        lambda found: found[title] or _("(no section)"),
        (title, position),
        (position,),
    )


def _by_key_task(on: dt.date) -> Grouping:
    title, position = "key_task__title", "key_task__position"
    return Grouping(
        F("key_task_id"), lambda found: str(found[title]), (title, position), (position,)
    )


def _by_unit(on: dt.date) -> Grouping:
    beside = ("unit__name", "unit__depth", "unit__position")
    return Grouping(
        F("unit_id"),
        lambda found: str(found["unit__name"]),
        beside,
        ("unit__depth", "unit__position"),
    )


def _by_unit_kind(on: dt.date) -> Grouping:
    kinds = list(Unit.Kind.values)
    return Grouping(
        F("unit__kind"),
        lambda found: str(Unit.Kind(found["row_key"]).label),
        place=lambda row: kinds.index(row.key),
    )


def _by_level(on: dt.date) -> Grouping:
    return Grouping(F("depth"), lambda found: level_words(found["row_key"]))


def level_words(depth: int) -> str:
    """How far below the topmost share of its key task a share stands."""
    below = ngettext("%(count)d level below", "%(count)d levels below", depth)
    return below % {"count": depth} if depth else _("topmost")


def _by_role(on: dt.date) -> Grouping:
    roles = list(Task.Role.values)
    return Grouping(
        F("role"),
        lambda found: str(Task.Role(found["row_key"]).label),
        place=lambda row: roles.index(row.key),
    )


def _by_light(on: dt.date) -> Grouping:
    lights = [light.value for light in Light]
    return Grouping(
        light_on(on),
        lambda found: str(Light(found["row_key"]).label),
        place=lambda row: lights.index(row.key),
    )


def _by_month(on: dt.date) -> Grouping:
    """By the month of the deadline, as 2026-09."""
    return Grouping(
        TruncMonth("due_on"),
        lambda found: _month(found["row_key"]),
        name=lambda month: f"{month:%Y-%m}" if month else None,
    )


def _by_plan(on: dt.date) -> Grouping:
    """The latest year's first, as in the list of plans."""
    title, year = "plan__title", "plan__year"
    return Grouping(F("plan_id"), lambda found: str(found[title]), (title, year), (f"-{year}",))


def _by_year(on: dt.date) -> Grouping:
    return Grouping(F("plan__year"), lambda found: str(found["row_key"]))


def _month(first: dt.date | None) -> str:
    return date_format(first, "YEAR_MONTH_FORMAT") if first else _("(no date)")


_GROUPINGS: dict[str, Callable[[dt.date], Grouping]] = {
    "section": _by_section,
    "key_task": _by_key_task,
    "unit": _by_unit,
    "unit_kind": _by_unit_kind,
    "level": _by_level,
    "role": _by_role,
    "light": _by_light,
    "month": _by_month,
    "plan": _by_plan,
    "year": _by_year,
}
