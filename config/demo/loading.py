"""Loading the demo: the county, its plan read from the Word document, and the year's story.

Everything is made by the services that the API calls, in one transaction: all of it or nothing.
"""

import datetime as dt
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CalendarDay, OutgoingMail, Unit, User
from config.demo import county, plan_text
from config.demo.dates import DemoDates, instant
from config.demo.directory import LOGINS, Directory, make_directory
from config.demo.document import write_document
from config.demo.holidays import special_days
from config.demo.story import Story, StoryStep
from config.demo.table import table
from config.demo.year import write_down
from plans.editing import KeyTaskChanges, OwnerChoice, make_plan, settle_key_task
from plans.models import DeadlineKind, KeyTask, Plan
from plans.reading import read_document
from plans.reading.draft import PlanDraft
from tasks.figures import Row, plan_completion
from tasks.groupings import By
from tasks.issuing import issue_plan
from tasks.models import Task, TaskEvent
from tasks.reminders.digest import make_mails
from tasks.reminders.planning import plan_reminders

Say = Callable[[str], None]

USERS_FILE = "demo-users.json"
UNSETTLED_GROUPS = {"各成员单位": county.MEMBER_GROUP}


class OtherData(Exception):
    """The database holds something else; the demo is for an empty one."""


def loaded_plan() -> Plan | None:
    """The demo's plan, when it has been loaded; the sample year is another plan of its county."""
    plans = Plan.objects.filter(issuing_unit__name=county.ISSUING_OFFICE)
    return plans.filter(title__endswith=plan_text.TITLE).order_by("pk").first()


def load_demo(at: dt.datetime, *, folder: Path, say: Say) -> Plan:
    """Loads the demo as of the instant ``at``; changes no row where it is loaded already.

    ``folder`` receives the Word document and the log-ins. Some 1,200 calls of services in one
    transaction, about ten seconds. Raises ``OtherData`` on a database in use.
    """
    plan = loaded_plan()
    if plan is None:
        passwords = new_passwords()
        plan = _load(at, folder=folder, passwords=passwords, say=say)
        write_users(folder, plan, passwords)
        return plan
    say(_("The demo is loaded already; nothing was changed."))
    if not (folder / USERS_FILE).exists():
        renew_passwords(folder, plan)
    return plan


def _load(at: dt.datetime, *, folder: Path, passwords: Mapping[str, str], say: Say) -> Plan:
    if Unit.objects.exists() or User.objects.exists():
        raise OtherData
    dates = DemoDates(timezone.localdate(at))
    path = write_document(folder / "demo", dates)
    say(_("Document written: %(path)s") % {"path": path})
    draft = read_document(path.read_bytes(), path.name)
    with transaction.atomic():
        add_holidays()
        directory = make_directory(passwords)
        say(
            _("Directory made: %(units)s units, %(posts)s posts")
            % {"units": len(directory.units), "posts": len(directory.people)}
        )
        plan = _issue(_confirm(draft, directory, dates, say), directory, dates, say)
        _tell(Story(plan, directory, dates), say)
        _remind(at, say)
    return plan


def add_holidays() -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, is_working=works, name=name)
        for day, (works, name) in sorted(special_days().items())
    )


def _confirm(draft: PlanDraft, directory: Directory, dates: DemoDates, say: Say) -> Plan:
    """The draft saved as a plan, and what its print left open settled by the coordinator."""
    actor, at = directory.coordinator(0), instant(dates.issued_on, 8)
    plan = make_plan(
        draft,
        issuing_unit=directory.units[county.ISSUING_OFFICE],
        issued_on=draft.issued_on or dates.issued_on,
        actor=actor,
        at=at,
        recipients=[
            directory.units[name] for name in county.ALL_TOWNSHIPS + county.GOVERNMENT_DEPARTMENTS
        ],
    )
    say(
        _("Plan read: %(title)s, %(count)s key tasks")
        % {"title": plan.title, "count": plan.key_tasks.count()}
    )
    for key_task in plan.key_tasks.all():
        if changes := settlement(key_task, directory, dates):
            settle_key_task(key_task.pk, changes, actor=actor, at=at)
            say(_("Settled: %(key_task)s") % {"key_task": key_task})
    return plan


def settlement(key_task: KeyTask, directory: Directory, dates: DemoDates) -> KeyTaskChanges | None:
    """What the coordinator answers where the print leaves a date or an owner open."""
    last = dates.deadlines["last"]
    if key_task.deadline_kind == DeadlineKind.AMBIGUOUS:
        return KeyTaskChanges(due_on=last, deadline_kind=DeadlineKind.DATE)
    owners = list(key_task.owners.all())
    if not any(owner.name in UNSETTLED_GROUPS for owner in owners):
        return None
    return KeyTaskChanges(
        owners=[
            OwnerChoice(
                owner.name,
                owner.role,
                unit=owner.unit,
                group=owner.group or directory.groups.get(UNSETTLED_GROUPS.get(owner.name, "")),
                open_ended=owner.open_ended,
            )
            for owner in owners
        ]
    )


def _issue(plan: Plan, directory: Directory, dates: DemoDates, say: Say) -> Plan:
    issued = issue_plan(plan.pk, actor=directory.coordinator(0), at=instant(dates.issued_on, 9))
    say(
        _("Issued on %(day)s: %(count)s shares")
        % {"day": issued.issued_on.isoformat(), "count": Task.objects.filter(plan=plan).count()}
    )
    return issued


def _tell(story: Story, say: Say) -> None:
    """Takes the story's steps and says after each month what happened in it."""
    write_down(story)
    months: dict[str, Counter[TaskEvent.Kind]] = {}

    def on_step(step: StoryStep) -> None:
        month = step.at.strftime("%Y-%m")
        if month not in months and months:
            _say_month(*list(months.items())[-1], say)
        months.setdefault(month, Counter())[step.kind] += 1

    story.tell(on_step)
    _say_month(*list(months.items())[-1], say)


def _remind(at: dt.datetime, say: Say) -> None:
    """Today's reminders and the mails that say them, at any hour; the worker sends them."""
    on = timezone.localdate(at)
    planned = plan_reminders(on=on, at=at)
    make_mails(on=on, at=at)
    say(
        _("Reminders for today: %(reminders)s, in mails to %(people)s people")
        % {"reminders": planned, "people": OutgoingMail.objects.filter(on=on).count()}
    )


def _say_month(month: str, happened: Counter[TaskEvent.Kind], say: Say) -> None:
    parts = [f"{kind.label} {happened[kind]}" for kind in TaskEvent.Kind if happened[kind]]
    say(f"  {month}  " + " · ".join(parts))


def new_passwords() -> dict[str, str]:
    """One password for all the demo's log-ins, new for each demo."""
    password = secrets.token_hex(5)
    return {username: password for username, _role, _unit in LOGINS}


def renew_passwords(folder: Path, plan: Plan) -> None:
    """For a demo whose list of log-ins was lost."""
    passwords = new_passwords()
    for user in User.objects.filter(username__in=passwords):
        user.set_password(passwords[user.username])
        user.save(update_fields=["password"])
    write_users(folder, plan, passwords)


def write_users(folder: Path, plan: Plan, passwords: Mapping[str, str]) -> None:
    """The plan and the log-ins for the supervisor, readable by the owner of the demo only."""
    users = [
        {"username": username, "password": passwords[username], "role": str(role), "unit": unit}
        for username, role, unit in LOGINS
    ]
    path = folder / USERS_FILE
    path.touch(mode=0o600)
    text = json.dumps({"plan_id": plan.pk, "users": users}, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def completion_tables(plan: Plan, on: dt.date) -> list[str]:
    """Completion by section and by unit, as the coordinator sees it."""
    user = User.objects.get(username=LOGINS[0][0])
    return [
        *_completion_table(plan, user, on, "section", _("Section")),
        "",
        *_completion_table(plan, user, on, "unit", _("Unit")),
    ]


def _completion_table(plan: Plan, user: User, on: dt.date, by: By, first: str) -> list[str]:
    figures = plan_completion(plan, user=user, on=on, by=by)
    header = [first, _("counted"), _("signed for"), _("closed"), _("overdue"), _("due soon"), "%"]
    rows = [_cells(row) for row in (*figures.rows, figures.plan)]
    return table(header, rows)


def _cells(row: Row) -> list[str]:
    counts = (row.counted, row.acknowledged, row.closed, row.overdue, row.due_soon)
    completion = "–" if row.completion is None else str(row.completion)
    return [row.label, *map(str, counts), completion]
