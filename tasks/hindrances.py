"""Why what could be done with a share is not open to a reader now. Pure: names, no rows."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What the unit does with its share, and what those above it do, in the order of the page.
OWN_WORK = ("acknowledge", "report", "decompose", "ask_extension", "object")
FROM_ABOVE = ("urge", "issue_notice", "move", "reassign", "cancel")

NOT_YOUR_UNIT = _("It is not your unit's share.")
ONLY_READS = _("You may read it; officers and heads of the unit work on it.")
NOT_ABOVE = _("This is for the unit above and the issuing office.")
NO_DATE = _("It has no date.")
FOR_THE_DECIDING = _("This is for the unit that decides about the share.")
OF_THE_KEY_TASK = _("It stands for the key task itself, which is amended or cancelled in the plan.")
ENDED: dict[str, Promise] = {
    "closed": _("The share is closed."),
    "cancelled": _("The share was cancelled."),
    "suspended": _("The share is suspended."),
    "carried_over": _("The share was carried over to a later plan."),
}
UNDER_WAY: dict[str, Promise] = {
    "issued": _("It has not been signed for yet."),
    "objected": _("The objection waits for an answer."),
    "acknowledged": _("It has been signed for."),
    "submitted": _("It is submitted as done and waits for the decision above."),
}


@dataclass(frozen=True)
class Relation:
    """How the share stands, and the reader to it.

    ``reads_there``: they hold some post in the share's unit; ``works_there``: one that works on
    it. ``is_above``: they hand the share down or decide about it;
    ``decides``, ``supervises``: reports and requests, or notices, are theirs.
    """

    state: str
    reads_there: bool
    works_there: bool
    is_above: bool
    decides: bool
    supervises: bool
    is_root: bool
    is_own_part: bool
    is_deepest: bool
    has_date: bool
    is_late: bool
    report_waits: bool
    extension_waits: bool
    objection_over: bool


def hindrances(found: Relation, open_now: Set[str]) -> list[tuple[list[str], Promise]]:
    """The actions that are not open, those of one reason together, the first action first."""
    grouped: dict[Promise, list[str]] = {}
    for action in (*OWN_WORK, *FROM_ABOVE):
        if action not in open_now:
            grouped.setdefault(_reason_against(action, found), []).append(action)
    return [(actions, reason) for reason, actions in grouped.items()]


def _reason_against(action: str, found: Relation) -> Promise:
    """Who one is goes before how the share stands, and that before anything about the action."""
    if found.state in ENDED:
        return ENDED[found.state]
    if action in OWN_WORK and not found.works_there:
        return ONLY_READS if found.reads_there else NOT_YOUR_UNIT
    if action in FROM_ABOVE and not found.is_above:
        return NOT_ABOVE
    return next(_particular(action, found), UNDER_WAY[found.state])


def _particular(action: str, found: Relation) -> Iterator[Promise]:
    """What stands against this one action, though the share is under way."""
    against = {
        "report": [(found.report_waits, _("A report is waiting for a decision."))],
        "decompose": [(found.is_deepest, _("A share tree has at most five levels."))],
        "ask_extension": [
            (not found.has_date, NO_DATE),
            (found.is_late, _("The deadline has passed; an extension is asked for before it.")),
            (
                found.extension_waits,
                _("A request for an extension is waiting for a decision."),
            ),
        ],
        "object": [
            (
                found.objection_over and found.state == "issued",
                _("The objection period is over."),
            )
        ],
        "issue_notice": [(not found.supervises, FOR_THE_DECIDING)],
        "move": [(not found.has_date, NO_DATE)],
        "reassign": [
            (found.is_own_part, _("It is the unit's own part.")),
            (not found.decides, FOR_THE_DECIDING),
        ],
        "cancel": [(found.is_root, OF_THE_KEY_TASK)],
    }
    return (reason for stands, reason in against.get(action, ()) if stands)
