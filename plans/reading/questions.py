"""What a person must decide about a draft, as sentences in the reader's language. Pure."""

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.reading.draft import DeadlineDraft, ItemDraft, OwnerDraft
from plans.reading.head import Head
from plans.reading.items import Found, Harvest
from plans.reading.scope import Reason
from plans.reading.text import folded

_BODIES = re.compile(r"(?:领导小组|协调小组|工作小组|专项小组|小组|联席会议|专班|指挥部)$")

#: What is asked of a deadline because of its kind.
_OF_KIND = {
    "none": gettext_lazy("No deadline is printed. By when?"),
    "invalid": gettext_lazy("There is no such day as “%(text)s”. Please correct it."),
    "ambiguous": gettext_lazy("“%(text)s” can be read in more than one way. By which day?"),
    "relative": gettext_lazy("“%(text)s” is counted from an event. By which day?"),
    "milestones": gettext_lazy("Several dates are printed (“%(text)s”). Are these the milestones?"),
}


def about_item(
    found: Found, owners: list[OwnerDraft], deadline: DeadlineDraft, year: int | None
) -> list[str]:
    """The questions of one item, about who first and then about when."""
    in_text = found.mark.deadline is None and deadline.kind != "none"
    return [
        *_about_row(found),
        *_about_owners(owners, found),
        *_about_deadline(deadline, year, in_text=in_text),
    ]


def _about_row(found: Found) -> Iterator[str]:
    if found.shared_after:
        yield _("The units are printed behind %(last)s; are they meant for %(this)s too?") % {
            "last": found.shared_after,
            "this": found.number or found.title,
        }


def _about_owners(owners: list[OwnerDraft], found: Found) -> Iterator[str]:
    if not owners:
        yield _("No unit is named. Who leads, and who is responsible?")
    leads = [owner for owner in owners if owner.role == "lead"]
    responsible = [owner for owner in owners if owner.role == "responsible"]
    if len(leads) > 1:
        yield _("Several units lead together. Which of them reports?")
    if not leads and len(responsible) > 1:
        yield _("Several units are responsible and none is said to lead. Does one of them lead?")
    for owner in owners:
        yield from _about_owner(owner)
    for printed, written in found.mark.written_out:
        yield _("“%(printed)s” was written out as “%(written)s” by the prefix before it.") % {
            "printed": printed,
            "written": written,
        }
    if found.mark.persons:
        yield _("Persons are named; they were not taken for units. Which posts are they?")


def _about_owner(owner: OwnerDraft) -> Iterator[str]:
    name = {"name": owner.name}
    if owner.open_ended and owner.group:
        yield _("“%(name)s” does not say which units. The lead should name them.") % name
    elif owner.open_ended:
        yield _("The list goes on after “%(name)s” (等). Which units are missing?") % name
    elif _BODIES.search(folded(owner.name)) and not owner.group:
        yield _("“%(name)s” is not a unit of its own. Which unit does its work?") % name


def _about_deadline(deadline: DeadlineDraft, year: int | None, *, in_text: bool) -> Iterator[str]:
    text = {"text": deadline.text}
    if deadline.kind in _OF_KIND:
        yield str(_OF_KIND[deadline.kind]) % text
    elif deadline.kind == "date" and deadline.due_on is None:
        yield _("“%(text)s” names no year. Which one?") % text
    elif in_text:
        yield _("“%(text)s” stands in the text. Is it the deadline of this item?") % text
    if deadline.due_on and year and deadline.due_on.year > year:
        yield _("“%(text)s” is after the year of the plan. Is it carried over?") % text


def why_no_tasks(reason: Reason) -> str:
    """Why the document holds no tasks, and what to do."""
    return {
        Reason.COVER: _(
            "This is a covering notice; the plan that it brings is not in it. "
            "Please upload the attachment."
        ),
        Reason.BULLETIN: _("This is a bulletin or announcement, not a plan; it holds no tasks."),
        Reason.RULES: _("These are rules, not a plan; they hold no tasks."),
        Reason.INDICATORS: _(
            "This is a table of indicators or scores, not a plan; it holds no tasks of units."
        ),
        Reason.REPORT: _("This is a report on what was done; no chapter says what is to come."),
        Reason.FLAT_TABLE: _(
            "A table was flattened into text and its rows cannot be told apart any more. "
            "Please upload the Word file."
        ),
        Reason.NOTHING: _("No key tasks were found: no numbered items, no units, no deadlines."),
    }[reason]


def about_document(
    head: Head, harvest: Harvest, items: list[ItemDraft], *, report_rule: bool
) -> list[str]:
    """The questions that are asked once for the whole document."""
    return [
        *_about_head(head),
        *(_about_all(head, items) if items else ()),
        *_about_passed(harvest),
        *(
            [_("The notice says when progress is reported. Is that the rule of this plan?")]
            if report_rule
            else []
        ),
    ]


def _about_head(head: Head) -> Iterator[str]:
    if head.title is None:
        yield _("No title was found. What is the plan called?")
    if head.issued_on is None:
        yield _("The date of the document was not found. When was it issued?")
    if head.year is None:
        yield _("The year of the plan is not named. Which one is it?")
    if head.year_from_number:
        yield _("The year was taken from the document's number. Is it right?")
    if head.number_was_broken:
        yield _("The document's number is printed with a bracket missing. Is it right?")


def _about_all(head: Head, items: list[ItemDraft]) -> Iterator[str]:
    if not any(item.owners for item in items):
        yield _("No unit is named anywhere. Please add them item by item.")
    if all(item.deadline.kind == "none" for item in items):
        yield _("No deadline is printed anywhere. Which one holds for all?")
    roles = {owner.role for item in items for owner in item.owners}
    if head.first_unit_leads is None and roles == {"responsible"}:
        yield _("The text does not say whether the first unit named leads. Does it?")
    numbers = [int(item.number) for item in items if item.number and item.number.isdecimal()]
    if len(numbers) > 1 and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        yield _("The numbers have gaps; this may be an extract. Is it complete?")


def _about_passed(harvest: Harvest) -> Iterator[str]:
    if names := _names(node.heading for node in harvest.passed_parents):
        yield _("%(names)s: read as their sub-items, not as tasks of their own.") % {"names": names}
    if names := _names(node.heading for node in harvest.passed_chapters):
        yield _("%(names)s: passed over, since no unit is named there.") % {"names": names}


def _names(headings: Iterable[str]) -> str:
    return "、".join(f"“{heading[:30]}”" for heading in headings if heading)
