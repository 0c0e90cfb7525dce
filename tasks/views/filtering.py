"""What the tree and the time line of a plan are narrowed by: it lives in the address."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import Unit, User
from accounts.pages import whole_number
from plans.access import may_coordinate
from plans.models import Plan
from tasks.groupings import level_words
from tasks.lights import Light
from tasks.models import MAX_DEPTH, Task
from tasks.tree import NO_MONTH, TreeFilter

#: How far down the tree stands open, as the address says it; five levels are the most there are.
DEPTHS = {
    1: gettext_lazy("one level below"),
    2: gettext_lazy("two levels below"),
    5: gettext_lazy("all levels"),
}
#: By what a row of a completion report leads to its shares: the filter of the plan's page.
DRILLS: dict[str, str] = {
    "section": "section",
    "unit": "unit",
    "light": "light",
    "month": "month",
    "level": "level",
    "role": "role",
    "unit_kind": "kind",
}
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


def filter_of(query: Any) -> TreeFilter:
    """The filter that the address names; what it does not understand asks for everything."""
    depth, level = whole_number(query.get("depth")), whole_number(query.get("level"))
    month = query.get("month", "")
    return TreeFilter(
        section=whole_number(query.get("section")),
        light=_known(query.get("light"), Light),
        unit=whole_number(query.get("unit")),
        month=month if month == NO_MONTH or _MONTH.fullmatch(month) else None,
        level=level if level is not None and level <= MAX_DEPTH else None,
        role=_known(query.get("role"), Task.Role),
        kind=_known(query.get("kind"), Unit.Kind),
        in_sight=query.get("mine") == "1",
        depth=depth if depth in DEPTHS else None,
    )


def _known(word: str | None, words: Any) -> Any:
    return words(word) if word in set(words) else None


def filter_fields(plan: Plan, user: User, on: dt.date, wanted: TreeFilter) -> dict[str, Any]:
    """What the form offers. Two queries."""
    return {
        "wanted": wanted,
        "all_sections": plan.sections.all(),
        "lights": list(Light),
        "units": _units_with_shares(plan, user, on),
        "months": list(_months(plan)),
        "no_month": NO_MONTH,
        "levels": [(level, level_words(level)) for level in range(MAX_DEPTH + 1)],
        "roles": Task.Role.choices,
        "kinds": Unit.Kind.choices,
        "sees_all": may_coordinate(user, plan, on),
    }


def _units_with_shares(plan: Plan, user: User, on: dt.date) -> QuerySet[Unit, Any]:
    """The units of the shares in sight, in the directory's order, as key and name."""
    shares = Task.objects.filter(plan=plan).visible_to(user, on)
    return Unit.objects.filter(pk__in=shares.values("unit_id")).values_list("pk", "name")


def _months(plan: Plan) -> Iterator[tuple[str, dt.date]]:
    """From the plan's own to the last of its last year, as the address names them."""
    first = plan.issued_on.replace(day=1)
    while first.year <= (plan.last_year or plan.year):
        yield f"{first:%Y-%m}", first
        first = (first + dt.timedelta(days=32)).replace(day=1)
