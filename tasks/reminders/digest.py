"""The day's mail: reminders become one mail a person and day, written when it is sent."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import override

from accounts.calendar import WorkCalendar, load_calendar
from accounts.emails import Letter
from accounts.models import MailSettings, Membership, OutgoingMail, User
from accounts.outbox import message_id_for
from tasks.locking import try_lock_mails
from tasks.models import Reminder, Task
from tasks.reminders import facts
from tasks.reminders.letter import write_letter
from tasks.reminders.planning import COLUMNS_OF_KEY, end_untrue, reasons_untrue
from tasks.reminders.recipients import Directory, doers_of

State = OutgoingMail.State
DIGEST = OutgoingMail.Kind.DIGEST
MailLink = Reminder.mails.through

#: The columns on which a mail rests: what the facts look at, and what the letter shows.
COLUMNS = (
    *COLUMNS_OF_KEY,
    *("task__title", "task__is_own_part", "task__unit__name"),
    *(f"task__{name}" for name in facts.COLUMNS if name != "unit"),
)

NOBODY_TO_WRITE_TO = "nobody_to_write_to"
#: Reminders that are put into mails by one set of queries.
BATCH = 500
#: A mail of tomorrow waits a little, so that tomorrow's own reminders get into it as well.
AFTER_THE_HOUR = dt.timedelta(minutes=10)


@transaction.atomic
def make_mails(*, on: dt.date, at: dt.datetime) -> int:
    """Puts every unsaid reminder into the mails of the people it is for; returns how many.

    All in one transaction: a sender must not take a mail to which half of the day is still to
    come, since the other half would be told a day later. One process at a time does it. Another
    one that comes meanwhile has planned nothing that this one does not see, and leaves.
    """
    if not try_lock_mails():
        return 0
    _carry_over(on=on, at=at)
    directory = Directory(on)
    return sum(_put_into_mails(batch, directory, on=on, at=at) for batch in _unsaid_in_batches())


def _unsaid_in_batches() -> Iterator[list[Reminder]]:
    """Locked, after waiting for whoever holds them: none may be left for a later mail."""
    unsaid = Reminder.objects.unsaid().select_related(
        "unit", "task__unit", "task__parent__unit", "task__plan__issuing_unit"
    )
    last = 0
    while batch := list(
        unsaid.filter(pk__gt=last)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))[:BATCH]
    ):
        yield batch
        last = batch[-1].pk


class ReadMail(NamedTuple):
    """What is in a mail, and whether any of it became untrue."""

    reminders: list[Reminder]
    has_untrue: bool


def read_mails(
    mails: Collection[OutgoingMail], calendar: WorkCalendar, on: dt.date
) -> dict[int, ReadMail]:
    """What the mails rest on, by the mail's id. At most four queries, however many mails."""
    reminders = list(_reminders_in(mails, on))
    untrue = reasons_untrue(reminders, calendar, on)
    found: dict[int, list[Reminder]] = {mail.pk: [] for mail in mails}
    for reminder in reminders:
        found[vars(reminder)["mail_id"]].append(reminder)
    return {
        pk: ReadMail(inside, any(reminder.pk in untrue for reminder in inside))
        for pk, inside in found.items()
    }


def compose(
    mail: OutgoingMail,
    *,
    at: dt.datetime,
    calendar: WorkCalendar | None = None,
    read: ReadMail | None = None,
) -> Letter | None:
    """What the mail says as of now, in its recipient's language; ``None``: nothing any more.

    What became untrue since the mail was made is superseded and leaves the mail, and so does
    what the recipient may no longer see. ``calendar`` and ``read`` save their queries where they
    are at hand; as a rule all of it holds, and nothing is written.
    """
    on = timezone.localdate(at)
    calendar = calendar or load_calendar()
    reminders, has_untrue = read or read_mails([mail], calendar, on)[mail.pk]
    unseen = _out_of_sight(reminders, mail.reader, on)
    if unseen or has_untrue:
        reminders = _take_out(mail, unseen, calendar, on=on, at=at)
    if not reminders:
        return None
    with override(mail.reader.language):
        return write_letter(reminders, mail.reader, calendar, on)


def _reminders_in(mails: Collection[OutgoingMail], on: dt.date) -> QuerySet[Reminder]:
    """With what the facts and the letter look at, and no more: it is read for every mail.

    ``mail_id`` is the mail that it is in; ``is_own`` says that the mail's recipient holds a role
    in the share's unit that day.
    """
    own = Membership.objects.in_force(on).filter(
        user=OuterRef("reader_id"), unit=OuterRef("task__unit")
    )
    return (
        Reminder.objects.annotate(mail_id=F("mails"), reader_id=F("mails__recipient"))
        .filter(mail_id__in=[mail.pk for mail in mails])
        .select_related("task__unit", *(f"task__{name}" for name in facts.JOINED))
        .only(*COLUMNS)
        .annotate(is_own=Exists(own))
        .order_by("pk")
    )


def _out_of_sight(reminders: Iterable[Reminder], recipient: User, on: dt.date) -> set[int]:
    """Those about shares that the recipient may not see. Of shares of the recipient's own units,
    which most of them are, that need not be asked."""
    asked = {reminder.task_id for reminder in reminders if not vars(reminder)["is_own"]}
    if not asked:
        return set()
    seen = Task.objects.visible_to(recipient, on).filter(pk__in=asked)
    unseen = asked - set(seen.values_list("pk", flat=True))
    return {reminder.pk for reminder in reminders if reminder.task_id in unseen}


@transaction.atomic
def _take_out(
    mail: OutgoingMail, unseen: set[int], calendar: WorkCalendar, *, on: dt.date, at: dt.datetime
) -> list[Reminder]:
    """What is left in the mail. Other mails have some of the same reminders: everybody locks
    them in one order."""
    reminders = list(_reminders_in([mail], on).select_for_update(of=("self",), no_key=True))
    gone = unseen | end_untrue(reminders, calendar, on=on, at=at)
    MailLink.objects.filter(outgoingmail=mail, reminder__in=gone).delete()
    Reminder.objects.filter(pk__in=gone).update(is_said=False)
    return [reminder for reminder in reminders if reminder.pk not in gone]


def _put_into_mails(
    reminders: list[Reminder], directory: Directory, *, on: dt.date, at: dt.datetime
) -> int:
    """At most twelve queries and the directory's, however many reminders and people."""
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
    Reminder.objects.filter(pk__in=told).update(is_said=True)
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
    """For each person the locked mail that still takes reminders: that day's, else the next one's.

    A mail is closed once a sender has taken it, and is left alone: it must be marked without
    waiting. What comes later waits for the next day, since nobody gets two digests on one day.
    """
    found: dict[int, OutgoingMail] = {}
    first_try_at = at
    while closed := people - found.keys():
        found |= _locked_mails(closed, on, next_try_at=first_try_at, at=at)
        on += dt.timedelta(days=1)
        first_try_at = _time_of_mail(on)
    return found


def _locked_mails(
    people: set[int], on: dt.date, *, next_try_at: dt.datetime, at: dt.datetime
) -> dict[int, OutgoingMail]:
    """The day's mails that no sender has taken, by the person's id; made where there is none.

    Locked in the order of the people. One that had nothing left to say is used again.
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
    mails = OutgoingMail.objects.filter(
        recipient__in=wanted, kind=DIGEST, on=on, state__in=[State.WAITING, State.SUPERSEDED]
    )
    locked = list(mails.order_by("recipient_id").select_for_update(no_key=True))
    for mail in locked:
        if mail.state == State.SUPERSEDED:
            mail.state, mail.next_try_at = State.WAITING, next_try_at
            mail.save(update_fields=["state", "next_try_at"])
    return {mail.reader_id: mail for mail in locked}


def _chosen_hours(people: list[int]) -> dict[int, int]:
    """The hours before which people do not wish to be written to, where they chose one."""
    rows = MailSettings.objects.filter(user__in=people, hour__isnull=False)
    return {user_id: hour or 0 for user_id, hour in rows.values_list("user_id", "hour")}


def _time_of_mail(on: dt.date) -> dt.datetime:
    return _at_hour(on, settings.LUOSHI_MAIL_HOUR) + AFTER_THE_HOUR


def _at_hour(on: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(on, dt.time(hour)))
