"""The code of an authenticator app besides the password (TOTP, RFC 6238), and recovery codes.

The arithmetic and the tables are django-allauth's; what counts guesses and used codes is ours and
stands in PostgreSQL, so that it holds over processes.
"""

import base64
import datetime as dt

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.guessing import Guess, count_guess, take_back
from accounts.models import Membership, User

Type = Authenticator.Type

#: Seconds for which a code is shown; the one before and the one after are taken as well.
STEP = 30


def second_factor_of(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=Type.TOTP).first()


def is_demanded_of(user: User, on: dt.date) -> bool:
    """Whether the installation wants a second factor of this person that day."""
    whom = settings.LUOSHI_SECOND_FACTOR
    if whom == "coordinators":
        held = Membership.objects.in_force(on).filter(user=user)
        return user.is_staff or held.filter(role=Membership.Role.COORDINATOR).exists()
    return bool(whom == "all")


def propose_secret() -> str:
    secret: str = generate_totp_secret()
    return secret


def picture_of(user: User, secret: str) -> str:
    """The QR code as an address of its own: an SVG that no other host has to draw."""
    adapter = get_adapter()
    svg: str = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@transaction.atomic
def enrol(user: User, secret: str, code: str, *, at: dt.datetime) -> list[str]:
    """From now on the log-in asks for a code; returns the recovery codes.

    Raises ``Conflict`` where there is one already, ``Invalid`` where the code shows that the app
    does not have this secret.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if second_factor_of(user):
        raise Conflict("enrolled_already", _("There is a second factor already."))
    step = _step_of(secret, code, at, after=0)
    if step is None:
        raise _wrong_code()
    row = TOTP.activate(user, secret).instance
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return _new_recovery_codes(user)


def check_code(user: User, code: str, *, network: str, at: dt.datetime) -> None:
    """Takes a code of the app or a recovery code, each once.

    Raises ``Invalid`` for any other, and ``TooMany`` after several of them.
    """
    guess = Guess("code", str(user.pk), network)
    count_guess(guess, at=at)
    if not _accept(user, code, at):
        raise _wrong_code()
    take_back(guess)


def confirm(user: User, code: str, *, network: str, at: dt.datetime) -> None:
    """What a program says beside the password. Raises ``NotAllowed`` where there must be more."""
    if second_factor_of(user):
        if not code:
            raise NotAllowed("code_needed", _("This account has a second factor: send its code."))
        check_code(user, code, network=network, at=at)
    elif is_demanded_of(user, timezone.localdate(at)):
        raise NotAllowed("second_factor_needed", _("Please set up the second factor first."))


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New ones; the old ones end."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return _new_recovery_codes(user)


def end_second_factor(user: User) -> None:
    """The password alone will do again, where the installation does not demand more."""
    Authenticator.objects.filter(user=user).delete()


def recovery_codes_left(user: User) -> int:
    row = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return len(row.wrap().get_unused_codes()) if row else 0


def _new_recovery_codes(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


@transaction.atomic
def _accept(user: User, code: str, at: dt.datetime) -> bool:
    rows = Authenticator.objects.select_for_update(no_key=True).filter(user=user).order_by("pk")
    return any(_accepts(row, code, at) for row in rows)


def _accepts(row: Authenticator, code: str, at: dt.datetime) -> bool:
    if row.type != Type.TOTP:
        return bool(row.wrap().validate_code(code))
    secret = get_adapter().decrypt(row.data["secret"])
    step = _step_of(secret, code, at, after=row.data.get("last_step", 0))
    if step is None:
        return False
    row.data["last_step"], row.last_used_at = step, at
    row.save(update_fields=["data", "last_used_at"])
    return True


def _step_of(secret: str, code: str, at: dt.datetime, *, after: int) -> int | None:
    """The step of time whose code this is; those up to ``after`` have been used."""
    now = int(at.timestamp()) // STEP
    return next(
        (
            step
            for step in range(now - 1, now + 2)
            if step > after
            and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
        ),
        None,
    )


def _wrong_code() -> Invalid:
    return Invalid("wrong_code", _("This code is not right, or it has been used."))
