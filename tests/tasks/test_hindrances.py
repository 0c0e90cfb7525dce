"""Why an action is not open: one reason each, and who one is before how the share stands."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.utils import translation

from tasks.access import DECIDED_IN_STATE, WORK_IN_STATE
from tasks.hindrances import FROM_ABOVE, OWN_WORK, Relation, hindrances
from tasks.models import Task
from tests.county import County, at
from tests.kept_rows import built_once
from tests.page_requests import browser, page_of
from tests.page_world import PageWorld

#: An officer of the share's unit, before a share of the second level that is signed for.
OFFICER = Relation(
    state="acknowledged",
    reads_there=True,
    works_there=True,
    is_above=False,
    decides=False,
    supervises=False,
    is_root=False,
    is_own_part=False,
    is_deepest=False,
    has_date=True,
    is_late=False,
    report_waits=False,
    extension_waits=False,
    objection_over=False,
)
OFFICE = replace(
    OFFICER, reads_there=False, works_there=False, is_above=True, decides=True, supervises=True
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def reason(action: str, found: Relation, *open_now: str) -> str:
    [said] = [str(why) for names, why in hindrances(found, set(open_now)) if action in names]
    return said


def test_what_is_open_is_not_named_and_everything_else_is() -> None:
    open_now = {"report", "decompose"}
    named = [action for names, _why in hindrances(OFFICER, open_now) for action in names]
    assert sorted([*named, *open_now]) == sorted([*OWN_WORK, *FROM_ABOVE])


def test_those_of_one_reason_stand_together() -> None:
    found = hindrances(replace(OFFICER, state="closed"), set())
    assert [(names, str(why)) for names, why in found] == [
        ([*OWN_WORK, *FROM_ABOVE], "The share is closed.")
    ]


@pytest.mark.parametrize(
    ("action", "found", "said"),
    [
        ("report", replace(OFFICER, state="issued"), "It has not been signed for yet."),
        ("acknowledge", OFFICER, "It has been signed for."),
        ("report", replace(OFFICER, report_waits=True), "A report is waiting for a decision."),
        (
            "report",
            replace(OFFICER, state="submitted"),
            "It is submitted as done and waits for the decision above.",
        ),
        ("acknowledge", replace(OFFICER, state="objected"), "The objection waits for an answer."),
        ("report", replace(OFFICER, state="cancelled"), "The share was cancelled."),
        ("report", replace(OFFICER, state="suspended"), "The share is suspended."),
        (
            "report",
            replace(OFFICER, state="carried_over"),
            "The share was carried over to a later plan.",
        ),
        (
            "decompose",
            replace(OFFICER, is_deepest=True),
            "A share tree has at most five levels.",
        ),
        ("ask_extension", replace(OFFICER, has_date=False), "It has no date."),
        (
            "ask_extension",
            replace(OFFICER, is_late=True),
            "The deadline has passed; an extension is asked for before it.",
        ),
        (
            "ask_extension",
            replace(OFFICER, extension_waits=True),
            "A request for an extension is waiting for a decision.",
        ),
        (
            "object",
            replace(OFFICER, state="issued", objection_over=True),
            "The objection period is over.",
        ),
        ("object", replace(OFFICER, objection_over=True), "It has been signed for."),
        ("move", OFFICER, "This is for the unit above and the issuing office."),
        ("move", replace(OFFICE, has_date=False), "It has no date."),
        ("report", OFFICE, "It is not your unit's share."),
        (
            "report",
            replace(OFFICER, works_there=False),
            "You may read it; officers and heads of the unit work on it.",
        ),
        (
            "cancel",
            replace(OFFICE, is_root=True),
            "It stands for the key task itself, which is amended or cancelled in the plan.",
        ),
        ("reassign", replace(OFFICE, is_own_part=True), "It is the unit's own part."),
        (
            "reassign",
            replace(OFFICE, decides=False),
            "This is for the unit that decides about the share.",
        ),
        (
            "issue_notice",
            replace(OFFICE, supervises=False),
            "This is for the unit that decides about the share.",
        ),
        (
            "reassign",
            replace(OFFICE, state="submitted"),
            "It is submitted as done and waits for the decision above.",
        ),
    ],
)
def test_the_reason(action: str, found: Relation, said: str) -> None:
    assert reason(action, found) == said


@pytest.mark.parametrize("state", list(Task.State.values))
def test_every_state_has_a_reason_for_what_is_not_open_in_it(state: str) -> None:
    for relation in (OFFICER, OFFICE):
        found = replace(relation, state=state)
        open_now = WORK_IN_STATE.get(state, frozenset()) | DECIDED_IN_STATE.get(state, frozenset())
        assert all(str(why) for _names, why in hindrances(found, open_now))


def test_the_page_names_them(county: County) -> None:
    world = built_once(PageWorld, county)
    share = world.share("4.", "甲镇")  # late, and its report waits
    officer = page_of(browser(county.officer("甲镇")), share)
    assert "Submit the report A report is waiting for a decision." in officer
    assert "Sign for it, Object It has been signed for." in officer
    assert (
        "Ask for an extension The deadline has passed; an extension is asked for before it."
        in officer
    )
    viewer = page_of(browser(county.people["县-viewer"]), share)
    assert "Ask for an extension, Object It is not your unit's share." in viewer


def test_an_objection_is_offered_in_its_days_alone(county: County) -> None:
    """Those of a plan of March are long over."""
    world = built_once(PageWorld, county)
    share = world.share("3.", "甲镇")
    page = browser(county.officer("甲镇")).get(f"/tasks/{share.pk}/")
    assert page.context["share"].actions == {"acknowledge"}
    assert at(3, 2).date() < page.context["share"].last_day_to_object < page.context["on"]
