"""Nobody gains by a reform that they execute themselves: no operation raises one's own rights.

With a unit its roles, its plans and the units below it go to the successor. Whoever holds a post
in one of the two and is the reformer as well might so come to coordinate a plan of another office,
or to work for a unit that never gave them a role. Then another coordinator executes the reform.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from accounts.access import WORKING_ROLES, units_acted_for
from accounts.errors import NotAllowed
from accounts.models import User
from plans.models import Plan
from tasks.models import Task

Reach = set[tuple[str, int]]


def reach_of(user: User, on: dt.date) -> Reach:
    """The plans and shares that the person sees, coordinates or works on, as ids by word.

    A successor that has nothing of its own adds nothing. A query for each word, of ids only.
    """
    rows: dict[str, Any] = {
        "sees plan": Plan.objects.visible_to(user, on),
        "coordinates": Plan.objects.coordinated_by(user, on),
        "sees share": Task.objects.visible_to(user, on),
    }
    for role in WORKING_ROLES:
        units = units_acted_for(user, [role], on)
        rows[role] = Task.objects.filter(unit__in=units.values("pk"))
    return {
        (word, pk)
        for word, found in rows.items()
        for pk in found.order_by().values_list("pk", flat=True)
    }


def require_nothing_gained(
    user: User, on: dt.date, *, before: Reach, moved: Collection[int]
) -> None:
    """Raises ``NotAllowed`` where the person reaches what they did not reach ``before``.

    Work on a share that ``moved`` is no gain: the reformer saw it, and it has to go somewhere.
    """
    work = {(role, pk) for role in WORKING_ROLES for pk in moved}
    if gained := reach_of(user, on) - before - work:
        raise NotAllowed(
            "own_rights",
            _(
                "You would get rights by this reform that you do not have;"
                " another coordinator has to execute it."
            ),
            {"count": len(gained)},
        )
