"""亮灯: the light of a share, a pure function of its state, deadline and progress."""

import datetime as dt
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


def light_of(state: str, due_on: dt.date | None, on: dt.date, yellow_days: int) -> Light:
    """The light of a share on the day ``on``.

    The deadline is inclusive: on the day itself the share is still yellow. A share submitted as
    done keeps the light of its date, since it is not closed. Cancelled and suspended shares and
    those without a date have none; an ongoing share has no date, so it never turns red.
    """
    if state == "closed":
        return Light.DONE
    if due_on is None or state in ("cancelled", "suspended"):
        return Light.NONE
    if on > due_on:
        return Light.RED
    if on + dt.timedelta(days=yellow_days) >= due_on:
        return Light.YELLOW
    return Light.GREEN
