"""Next year's plan from this year's: dates moved, units mapped to their successors, linked."""

import calendar
import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import Unit, User
from plans.access import require_coordinator
from plans.editing import require_valid_fields
from plans.locking import lock_plan
from plans.models import Amendment, KeyTask, KeyTaskOwner, KeyTaskStep, Plan, Section

#: The rules of how a plan is followed, which the copy takes over.
RULES = (
    "decided_by",
    "objection_days",
    "acknowledgement_days",
    "yellow_days",
    "yellow_points",
    "reporting_period",
    "report_day",
    "approval_inside_unit",
)
#: Years in which a plan may be: what a person can have meant.
YEARS = range(1990, 2101)


@transaction.atomic
def copy_plan(
    plan_id: int,
    *,
    title: str,
    year: int,
    issued_on: dt.date,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Plan:
    """A draft of the same key tasks for another year. Nothing of the original changes.

    Left out are key tasks that an amendment cancelled. The copy carries out the same plan of
    several years as long as that lasts. A unit that has ended by ``issued_on`` is mapped to its
    successor where it has exactly one; else the owner keeps its printed name and waits to be
    settled. The number of queries does not grow with the plan.
    """
    plan = lock_plan(plan_id, version)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    if year == plan.year:
        raise Invalid("same_year", _("The copy is of another year."))
    if year not in YEARS:
        raise Invalid(
            "year_out_of_range",
            _("A plan's year is %(first)s to %(last)s.")
            % {"first": YEARS.start, "last": YEARS.stop - 1},
        )
    years = year - plan.year
    copy = Plan(
        title=title,
        year=year,
        last_year=plan.last_year and plan.last_year + years,
        issued_on=issued_on,
        issuing_unit=plan.issuing_unit,
        serves=plan.serves if _reaches(plan.serves, year) else None,
        copied_from=plan,
        created_by=actor,
        created_at=at,
        **{name: getattr(plan, name) for name in RULES},
    )
    require_valid_fields(copy, where="plan", exclude=["issuing_unit", "created_by"])
    copy.save()
    copy.recipients.set(_in_force(list(plan.recipients.all()), issued_on).values())
    _copy_key_tasks(plan, copy)
    return copy


def _copy_key_tasks(plan: Plan, copy: Plan) -> None:
    sections = {
        section.pk: Section(plan=copy, position=section.position, title=section.title)
        for section in plan.sections.all()
    }
    Section.objects.bulk_create(sections.values())
    cancelled = plan.amendments.filter(kind=Amendment.Kind.CANCEL)
    originals = list(
        plan.key_tasks.exclude(pk__in=cancelled.values("key_task_id"))
        .select_related("serves__plan")
        .prefetch_related("owners__unit", "steps")
    )
    copies = [
        _copied(original, copy, sections.get(original.section_id or 0)) for original in originals
    ]
    KeyTask.objects.bulk_create(copies)
    _copy_owners(originals, copies, copy.issued_on)
    years = copy.year - plan.year
    KeyTaskStep.objects.bulk_create(
        KeyTaskStep(
            key_task=copied,
            position=step.position,
            label=step.label,
            due_on=moved_by_years(step.due_on, years),
        )
        for original, copied in zip(originals, copies, strict=True)
        for step in original.steps.all()
    )


def _copied(original: KeyTask, copy: Plan, section: Section | None) -> KeyTask:
    old, new = original.plan.year, copy.year
    due_on = original.due_on and moved_by_years(original.due_on, new - old)
    return KeyTask(
        plan=copy,
        section=section,
        position=original.position,
        number=original.number,
        title=original.title,
        text=original.text,
        source_line=original.source_line,
        deadline_kind=original.deadline_kind,
        deadline_text=original.deadline_text.replace(f"{old}年", f"{new}年"),
        due_on=due_on,
        weight=original.weight,
        serves=original.serves if _lasts(original.serves, new) else None,
        copied_from=original,
    )


def _lasts(served: KeyTask | None, year: int) -> bool:
    return served is not None and _reaches(served.plan, year)


def _reaches(served: Plan | None, year: int) -> bool:
    """Whether the plan of several years covers the year."""
    return served is not None and served.year <= year <= (served.last_year or served.year)


def _copy_owners(originals: list[KeyTask], copies: list[KeyTask], on: dt.date) -> None:
    named = [owner.unit for task in originals for owner in task.owners.all() if owner.unit]
    units = _in_force(named, on)
    KeyTaskOwner.objects.bulk_create(
        KeyTaskOwner(
            key_task=copied,
            position=owner.position,
            name=owner.name,
            role=owner.role,
            is_group=owner.is_group,
            open_ended=owner.open_ended,
            unit=units.get(owner.unit_id or 0),
            group_id=owner.group_id,
        )
        for original, copied in zip(originals, copies, strict=True)
        for owner in original.owners.all()
    )


def _in_force(units: list[Unit], on: dt.date) -> dict[int, Unit]:
    """Each unit, or its only successor where it has ended by that day, by the unit's id.

    One query for each step of succession, whatever the number of units.
    """
    found = {unit.pk: unit for unit in units if _valid(unit, on)}
    left = {unit.pk: unit for unit in units if not _valid(unit, on)}
    for _step in range(8):
        if not left:
            break
        pairs = Unit.objects.filter(predecessors__in=left.values()).values_list(
            "predecessors", "pk"
        )
        after: dict[int, list[int]] = {}
        for before, successor in pairs:
            after.setdefault(before, []).append(successor)
        followers = Unit.objects.in_bulk([pk for pks in after.values() for pk in pks])
        following = {
            pk: followers[after[unit.pk][0]]
            for pk, unit in left.items()
            if len(after.get(unit.pk, [])) == 1
        }
        found |= {pk: unit for pk, unit in following.items() if _valid(unit, on)}
        left = {pk: unit for pk, unit in following.items() if not _valid(unit, on)}
    return found


def _valid(unit: Unit, on: dt.date) -> bool:
    return unit.valid_from <= on and (unit.valid_to is None or unit.valid_to >= on)


def moved_by_years(day: dt.date, years: int) -> dt.date:
    """The same day of another year; 29 February becomes the month's last day.

    >>> moved_by_years(dt.date(2028, 2, 29), 1)
    datetime.date(2029, 2, 28)
    """
    year = day.year + years
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
