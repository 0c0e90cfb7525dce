"""The life of a share as a table (DESIGN 3). Pure: names and pairs, no rows.

issued → acknowledged → submitted → closed → acknowledged (reopened)
     ↘ objected → issued     ↘ acknowledged (returned)
any open state → suspended → the state before; open or suspended → cancelled, carried over
"""

from django.utils.translation import gettext as _

from accounts.errors import Conflict

OPEN = ("issued", "objected", "acknowledged", "submitted")

TRANSITIONS: dict[str, dict[str, str]] = {
    "acknowledge": {"issued": "acknowledged"},
    "object": {"issued": "objected"},
    "uphold": {"objected": "issued"},
    "submit_as_done": {"acknowledged": "submitted"},
    "return_as_not_done": {"submitted": "acknowledged"},
    "close": {"submitted": "closed"},
    "reopen": {"closed": "acknowledged"},
    "reassign": {"issued": "issued", "objected": "issued", "acknowledged": "issued"},
    "cancel": dict.fromkeys((*OPEN, "suspended"), "cancelled"),
    "suspend": dict.fromkeys(OPEN, "suspended"),
    "carry_over": dict.fromkeys((*OPEN, "suspended"), "carried_over"),
}


def next_state(action: str, state: str) -> str:
    """The state that the action leads to. Raises ``Conflict`` where it leads nowhere."""
    try:
        return TRANSITIONS[action][state]
    except KeyError:
        raise Conflict(
            "wrong_state",
            _("This cannot be done in the share's present state."),
            {"action": action, "state": state},
        ) from None


def require_in_progress(state: str) -> None:
    """Reports, break-downs and extensions belong to a share that is signed for and not done."""
    if state == "issued":
        raise Conflict("not_acknowledged", _("Sign for the share first."))
    if state != "acknowledged":
        raise Conflict(
            "wrong_state",
            _("This cannot be done in the share's present state."),
            {"state": state},
        )


def require_open(state: str) -> None:
    """What has ended keeps its date, its words and its figures."""
    if state not in OPEN:
        raise Conflict(
            "wrong_state",
            _("This cannot be done in the share's present state."),
            {"state": state},
        )
