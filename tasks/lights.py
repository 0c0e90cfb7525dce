"""亮灯: the light of a share, a pure function of its state, deadline and progress."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    DONE = "done"
    NONE = "none"

    @property
    def label(self) -> Promise:
        """The word that always stands beside the colour."""
        return LABELS[self]


LABELS: dict[Light, Promise] = {
    Light.GREEN: _("on track"),
    Light.YELLOW: _("due soon"),
    Light.RED: _("overdue"),
    Light.DONE: _("closed"),
    Light.NONE: pgettext_lazy("light", "no date"),
}


@dataclass(frozen=True)
class Thresholds:
    """A plan's: yellow so many days before the deadline, or so many points behind the pace."""

    yellow_days: int
    yellow_points: int


@dataclass(frozen=True)
class Standing:
    """What the light of a share is computed from.

    ``due_on`` is the day that it follows (the first open step's, or its own). ``pace_year`` is
    the year over which the share progresses bit by bit, ``None`` where it does not.
    """

    state: str
    due_on: dt.date | None
    completion: Decimal
    pace_year: int | None = None
    light_set: str = ""


def light_of(share: Standing, on: dt.date, thresholds: Thresholds) -> Light:
    """The light of a share on the day ``on``.

    The deadline is inclusive: on the day itself the share is still yellow. A share submitted as
    done keeps the light of its date, since it is not closed. Cancelled, suspended and carried
    over shares and those without a date have none; an ongoing share has no date, so it never
    turns red. What the unit above has set stands against all but the end of the share.
    """
    if share.state == "closed":
        return Light.DONE
    if share.state in ("cancelled", "suspended", "carried_over"):
        return Light.NONE
    if share.light_set:
        return Light(share.light_set)
    if share.due_on is None:
        return Light.NONE
    if on > share.due_on:
        return Light.RED
    soon = on + dt.timedelta(days=thresholds.yellow_days) >= share.due_on
    if soon or points_behind(share, on) >= max(thresholds.yellow_points, 1):
        return Light.YELLOW
    return Light.GREEN


def points_behind(share: Standing, on: dt.date) -> Decimal:
    """How far a share that progresses bit by bit is behind the year's pace, 0 at least.

    The pace is the months that have wholly passed, of twelve (DESIGN: elapsed months / 12).
    """
    if share.pace_year is None:
        return Decimal(0)
    months = (on.year - share.pace_year) * 12 + on.month - 1
    pace = Decimal(100) * min(max(months, 0), 12) / 12
    return max(pace - share.completion, Decimal(0))
