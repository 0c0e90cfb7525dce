"""What the tree and the time line of a plan are narrowed by: it lives in the address."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Max, QuerySet
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
_MONTH = re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])", re.ASCII)


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
    """What the form offers. Three queries."""
    return {
        "wanted": wanted,
        "all_sections": plan.sections.all(),
        "lights": list(Light),
        "units": _units_with_shares(plan, user, on),
        "months": list(_months(plan, wanted)),
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


def _months(plan: Plan, wanted: TreeFilter) -> Iterator[tuple[str, dt.date]]:
    """From the plan's own to that of its last deadline; and the one that is asked for."""
    month = plan.issued_on.replace(day=1)
    due_on = plan.key_tasks.aggregate(last=Max("due_on"))["last"] or month
    last = max(f"{due_on:%Y-%m}", f"{plan.last_year or plan.year}-12")
    asked = None if wanted.month in (None, NO_MONTH) else wanted.month
    if asked and not f"{month:%Y-%m}" <= asked <= last:
        yield asked, dt.date.fromisoformat(f"{asked}-01")
    while f"{month:%Y-%m}" <= last:
        yield f"{month:%Y-%m}", month
        month = (month + dt.timedelta(days=32)).replace(day=1)
