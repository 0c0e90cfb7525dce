"""Passwords that people set themselves, by a link that comes by mail.

The link is made while its mail is being sent and is kept nowhere: neither the outbox nor a log
could give it to anybody else. It opens once, until ``PASSWORD_RESET_TIMEOUT`` is over or the
person has logged in or set a password in the meantime.
"""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.emails import Letter, absolute_url
from accounts.errors import Invalid, NotAllowed
from accounts.models import AccessToken, OutgoingMail, PasswordRequest, User
from accounts.nudge import nudge
from accounts.outbox import message_id_for, why_unreachable

Kind = OutgoingMail.Kind

#: Requests that one round answers.
BATCH = 100
#: Nobody's mailbox is filled by somebody else: so many links a day, and none right after another.
MOST_A_DAY = 5
PAUSE = dt.timedelta(minutes=5)
ONE_DAY = dt.timedelta(days=1)

tokens = PasswordResetTokenGenerator()


def ask_for_link(asked_for: str, *, at: dt.datetime) -> None:
    """Notes a user name or address whose password was forgotten, known here or not.

    Who asks learns nothing, by answer or by time: the look-up is a job's (``answer_requests``).
    """
    PasswordRequest.objects.create(asked_for=asked_for, asked_at=at)
    nudge("tasks.jobs.send_mails")


@transaction.atomic
def answer_requests(*, at: dt.datetime) -> int:
    """Puts a mail with a link into the outbox for each person asked for; returns how many.

    Any number of processes may do so at once: people are locked before their mails are counted.
    """
    requests = PasswordRequest.objects.select_for_update(skip_locked=True).order_by("pk")[:BATCH]
    asked_for = {request.pk: request.asked_for for request in requests}
    if not asked_for:
        return 0
    mails = [
        _new_mail(person, Kind.PASSWORD, at)
        for person in _people_named(set(asked_for.values()))
        if not why_unreachable(person) and not _was_just_written_to(person, at)
    ]
    OutgoingMail.objects.bulk_create(mails)
    PasswordRequest.objects.filter(pk__in=asked_for).delete()
    return len(mails)


@transaction.atomic
def invite(people: Iterable[User], *, at: dt.datetime) -> int:
    """A mail to each with a link to their first password; returns how many. All or nobody.

    Raises ``Invalid`` with the user names that cannot be written to.
    """
    chosen = list(people)
    wrong = [person.username for person in chosen if not _can_be_invited(person)]
    if wrong:
        raise Invalid(
            "cannot_be_invited",
            _("These accounts are closed or have no address that takes mail: %(names)s.")
            % {"names": ", ".join(wrong)},
            {"usernames": wrong},
        )
    OutgoingMail.objects.bulk_create(_new_mail(person, Kind.INVITATION, at) for person in chosen)
    nudge("tasks.jobs.send_mails")
    return len(chosen)


def compose_link(mail: OutgoingMail, *, at: dt.datetime) -> Letter | None:
    """The letter with a link made this minute; ``None`` where there is no use for it any more."""
    person = mail.reader
    invitation = mail.kind == Kind.INVITATION
    if not person.is_active or (invitation and person.last_login):
        return None
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("set-password", args=[uid, tokens.make_token(person)])
    context = {
        "person": person,
        "invitation": invitation,
        "url": absolute_url(path),
        "until": at + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    }
    with override(person.language):
        return Letter(
            subject=_("Luoshi: your account") if invitation else _("Luoshi: set a new password"),
            text=render_to_string("accounts/mail/link.txt", context),
            html=render_to_string("accounts/mail/link.html", context),
            secret=True,
        )


@transaction.atomic
def choose_password(person: User, password: str) -> None:
    """Ends every session and every token of the API: whoever knew the old password is out."""
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    AccessToken.objects.filter(user=person).delete()


def owes_password(person: User) -> bool:
    """Whether the password was set by somebody else, and opens anything at all."""
    opens = settings.LUOSHI_PASSWORDS == "all" or person.is_staff
    return person.must_change_password and opens


def require_own_password(person: User) -> None:
    """Raises ``NotAllowed`` where somebody else knows the password, for programs as for pages."""
    if owes_password(person):
        raise NotAllowed(
            "password_change_needed",
            _("Please choose a password of your own first, on the pages."),
        )


def _people_named(words: set[str]) -> list[User]:
    """Those who may log in with one of the names, or have one of the addresses; locked."""
    named = Q(username__in=words) | Q(address__in={word.lower() for word in words})
    people = User.objects.alias(address=Lower("email")).filter(named, is_active=True)
    return list(people.order_by("pk").select_for_update(no_key=True))


def _was_just_written_to(person: User, at: dt.datetime) -> bool:
    links = person.mails.filter(kind=Kind.PASSWORD, created_at__gt=at - ONE_DAY)
    made = list(links.order_by("-created_at").values_list("created_at", flat=True)[:MOST_A_DAY])
    return len(made) == MOST_A_DAY or bool(made and made[0] > at - PAUSE)


def _can_be_invited(person: User) -> bool:
    return person.is_active and not why_unreachable(person)


def _new_mail(person: User, kind: str, at: dt.datetime) -> OutgoingMail:
    """A person waits for a link, and nobody for a digest: links go first."""
    return OutgoingMail(
        recipient=person,
        kind=kind,
        on=timezone.localdate(at),
        urgent=kind == Kind.PASSWORD,
        message_id=message_id_for(person.pk, kind, at),
        next_try_at=at,
        created_at=at,
    )
