"""The day's mail: reminders become one mail a person and day, written when it is sent."""

import datetime as dt
from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from accounts.calendar import load_calendar
from accounts.emails import Letter
from accounts.models import MailSettings, OutgoingMail
from accounts.outbox import message_id_for
from tasks.models import Reminder, Task
from tasks.reminders.letter import write_letter
from tasks.reminders.planning import end_untrue
from tasks.reminders.recipients import Directory, doers_of

State = OutgoingMail.State
DIGEST = OutgoingMail.Kind.DIGEST
MailLink = Reminder.mails.through

NOBODY_TO_WRITE_TO = "nobody_to_write_to"
#: Reminders that are put into mails by one transaction.
BATCH = 500
#: A mail of tomorrow waits a little, so that tomorrow's own reminders get into it as well.
AFTER_THE_HOUR = dt.timedelta(minutes=10)


def make_mails(*, on: dt.date, at: dt.datetime) -> int:
    """Puts every unsaid reminder into the mails of the people it is for; returns how many.

    A reminder gets all its mails in one transaction, so that it is never half told. Any number
    of processes may do this at once: each takes other reminders.
    """
    _carry_over(on=on, at=at)
    directory = Directory(on)
    unsaid = Reminder.objects.unsaid().select_related(
        "unit", "task__unit", "task__parent__unit", "task__plan__issuing_unit"
    )
    said, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(unsaid.filter(pk__gt=last).locked()[:BATCH])
            said += _put_into_mails(batch, directory, on=on, at=at)
        if not batch:
            return said
        last = batch[-1].pk


def compose(mail: OutgoingMail, *, at: dt.datetime) -> Letter | None:
    """What the mail says as of now, in its recipient's language; ``None``: nothing any more.

    What became untrue since the mail was made is superseded and leaves the mail, and so does
    what the recipient may no longer see. Seven queries and the calendar's.
    """
    on = timezone.localdate(at)
    calendar = load_calendar()
    with transaction.atomic():
        reminders = list(
            mail.reminders.select_related(
                "task__unit", "task__parent__unit", "task__plan__issuing_unit", "task__key_task"
            )
            # Other mails have some of the same reminders: everybody locks them in one order.
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
        )
        untrue = end_untrue(reminders, calendar, on=on, at=at)
        in_sight = set(
            Task.objects.visible_to(mail.reader, on)
            .filter(pk__in={reminder.task_id for reminder in reminders})
            .values_list("pk", flat=True)
        )
        gone = {r.pk for r in reminders if r.pk in untrue or r.task_id not in in_sight}
        if gone:
            MailLink.objects.filter(outgoingmail=mail, reminder__in=gone).delete()
    left = [reminder for reminder in reminders if reminder.pk not in gone]
    if not left:
        return None
    with override(mail.reader.language):
        return write_letter(left, mail.reader, calendar, on)


def _put_into_mails(
    reminders: list[Reminder], directory: Directory, *, on: dt.date, at: dt.datetime
) -> int:
    """At most eleven queries and the directory's, however many reminders and people."""
    doers = doers_of(reminders)
    addressees = {r.pk: directory.addressees(r, doers.get(r.pk, ())) for r in reminders}
    told = [reminder.pk for reminder in reminders if addressees[reminder.pk]]
    _mark_faults(reminders, set(told))
    mails = _open_mails({p.pk for people in addressees.values() for p in people}, on=on, at=at)
    MailLink.objects.bulk_create(
        [
            MailLink(reminder_id=pk, outgoingmail_id=mails[person.pk].pk)
            for pk in told
            for person in addressees[pk]
        ],
        ignore_conflicts=True,
    )
    return len(told)


def _mark_faults(reminders: list[Reminder], told: set[int]) -> None:
    """Shown as long as it lasts: a unit that gets an officer is written to the same day."""
    faults: dict[str, list[int]] = defaultdict(list)
    for reminder in reminders:
        fault = "" if reminder.pk in told else NOBODY_TO_WRITE_TO
        if reminder.fault != fault:
            faults[fault].append(reminder.pk)
    for fault, pks in faults.items():
        Reminder.objects.filter(pk__in=pks).update(fault=fault)


def _carry_over(*, on: dt.date, at: dt.datetime) -> None:
    """What an earlier day's mail could not say is said in today's: one digest, not one a day.

    The attempts go along, so that an address which never takes a mail ends as failed.
    """
    with transaction.atomic():
        stuck = list(
            OutgoingMail.objects.filter(kind=DIGEST, state=State.WAITING, on__lt=on)
            .order_by("recipient_id", "on")
            .select_for_update(skip_locked=True, no_key=True)
        )
        mails = _open_mails({mail.reader_id for mail in stuck}, on=on, at=at)
        for old in stuck:
            _move(old, mails[old.reader_id])


def _move(old: OutgoingMail, new: OutgoingMail) -> None:
    links = MailLink.objects.filter(outgoingmail=old)
    MailLink.objects.bulk_create(
        [MailLink(reminder_id=link.reminder_id, outgoingmail=new) for link in links],
        ignore_conflicts=True,
    )
    links.delete()
    new.attempts = max(new.attempts, old.attempts)
    new.save(update_fields=["attempts"])
    old.state = State.SUPERSEDED
    old.save(update_fields=["state"])


def _open_mails(people: set[int], *, on: dt.date, at: dt.datetime) -> dict[int, OutgoingMail]:
    """For each person the locked mail that still takes reminders: today's, else tomorrow's.

    Today's is closed once a sender has taken it. What comes later waits for tomorrow, since
    nobody gets two digests on one day.
    """
    if not people:
        return {}
    todays = _locked_mails(people, on, next_try_at=at, at=at)
    reopened = [mail for mail in todays.values() if mail.state == State.SUPERSEDED]
    for mail in reopened:
        mail.state, mail.next_try_at = State.WAITING, at
        mail.save(update_fields=["state", "next_try_at"])
    closed = {pk for pk, mail in todays.items() if mail.state != State.WAITING}
    if not closed:
        return todays
    tomorrow = on + dt.timedelta(days=1)
    return todays | _locked_mails(closed, tomorrow, next_try_at=_time_of_mail(tomorrow), at=at)


def _locked_mails(
    people: set[int], on: dt.date, *, next_try_at: dt.datetime, at: dt.datetime
) -> dict[int, OutgoingMail]:
    """The day's mail of each person by the person's id, made where there is none, and locked.

    In the order of the people, as every other process takes them.
    """
    wanted = sorted(people)
    hours = _chosen_hours(wanted)
    OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(
                recipient_id=pk,
                kind=DIGEST,
                on=on,
                message_id=message_id_for(pk, DIGEST, on),
                next_try_at=max(next_try_at, _at_hour(on, hours.get(pk, 0))),
                created_at=at,
            )
            for pk in wanted
        ],
        ignore_conflicts=True,
    )
    mails = OutgoingMail.objects.filter(recipient__in=wanted, kind=DIGEST, on=on)
    locked = mails.order_by("recipient_id").select_for_update(no_key=True)
    return {mail.reader_id: mail for mail in locked}


def _chosen_hours(people: list[int]) -> dict[int, int]:
    """The hours before which people do not wish to be written to, where they chose one."""
    rows = MailSettings.objects.filter(user__in=people, hour__isnull=False)
    return {user_id: hour or 0 for user_id, hour in rows.values_list("user_id", "hour")}


def _time_of_mail(on: dt.date) -> dt.datetime:
    return _at_hour(on, settings.LUOSHI_MAIL_HOUR) + AFTER_THE_HOUR


def _at_hour(on: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(on, dt.time(hour)))
