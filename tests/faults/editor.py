"""An office that changes its mind while the mails about it go out, and remembers what was when."""

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils import timezone

from accounts.models import Membership, User
from tasks.amending import (
    KeyTaskAmendment,
    cancel_key_task,
    change_key_task,
    resume_key_task,
    suspend_key_task,
)
from tasks.changing import move_deadline
from tasks.models import Task
from tasks.progress import Said, submit_report
from tasks.reminders.keys import WORK_EXPECTED
from tests.faults.crowd import Crowd


@dataclass(frozen=True)
class Version:
    """What was true of a share from ``since`` at the earliest to ``until`` at the latest."""

    since: dt.datetime
    until: dt.datetime
    is_open: bool
    has_officer: bool
    title: str
    due_on: dt.date


class Editor:
    """Each edit goes through the product's own services, in a transaction of its own."""

    def __init__(self, crowd: Crowd, dice: random.Random) -> None:
        self.crowd = crowd
        self.dice = dice
        self.edits: Counter[str] = Counter()
        self.history: dict[int, list[Version]] = defaultdict(list)
        self.officers = dict(zip((s.pk for s in crowd.shares), crowd.addresses, strict=True))
        for share in crowd.shares:
            self._remember(share.pk, timezone.now())

    def edit(self, share_id: int) -> None:
        """One change of the share, whichever its state allows."""
        share = Task.objects.get(pk=share_id)
        actions = [self._resume]
        if share.state == Task.State.ACKNOWLEDGED:
            actions = [self._rename] * 6 + [self._move] * 3 + [self._cancel, self._suspend]
            actions += [self._report_as_done, self._dismiss_officer]
        elif share.state != Task.State.SUSPENDED:
            return
        action = self.dice.choice(actions)
        began = timezone.now()
        with timezone.override(self.crowd.zone):
            action(share)
        self.edits[action.__name__.strip("_")] += 1
        self._remember(share_id, began)

    def _remember(self, share_id: int, began: dt.datetime) -> None:
        """The version before may have been read until now, the new one since the edit began."""
        share = Task.objects.get(pk=share_id)
        versions = self.history[share_id]
        if versions:
            versions[-1] = replace(versions[-1], until=timezone.now())
        role = Membership.objects.filter(user__email=self.officers[share_id], valid_to=None)
        versions.append(
            Version(
                since=began,
                until=dt.datetime.max.replace(tzinfo=dt.UTC),
                is_open=share.state in WORK_EXPECTED,
                has_officer=role.exists(),
                title=share.title,
                due_on=share.due_on or dt.date.max,
            )
        )

    def _as_office(self, service: Callable[..., object], row_id: int, *said: object) -> None:
        actor = self.crowd.coordinator
        service(row_id, *said, reason="调整", actor=actor, at=timezone.now())

    def _move(self, share: Task) -> None:
        """Today or later: what is overdue is said to others than the officer as well."""
        day = self.crowd.today + dt.timedelta(days=self.dice.choice((0, 1, 2, 3, 40)))
        self._as_office(move_deadline, share.pk, day)

    def _rename(self, share: Task) -> None:
        change = KeyTaskAmendment(title=f"第{share.pk}项之{self.dice.randrange(10**6)}")
        self._as_office(change_key_task, share.key_task_id, change)

    def _cancel(self, share: Task) -> None:
        self._as_office(cancel_key_task, share.key_task_id)

    def _suspend(self, share: Task) -> None:
        self._as_office(suspend_key_task, share.key_task_id)

    def _resume(self, share: Task) -> None:
        self._as_office(resume_key_task, share.key_task_id)

    def _report_as_done(self, share: Task) -> None:
        officer = User.objects.get(email=self.officers[share.pk])
        submit_report(share.pk, Said(completes=True), actor=officer, at=timezone.now())

    def _dismiss_officer(self, share: Task) -> None:
        role = Membership.objects.filter(user__email=self.officers[share.pk], valid_to=None)
        role.update(valid_to=self.crowd.today - dt.timedelta(days=1))
