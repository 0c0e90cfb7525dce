"""How a person wishes to hear of the day: the hour, here only, away with a deputy."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import MailSettings, User


@dataclass(frozen=True)
class Wishes:
    """All of a person's wishes. ``hour`` 0 to 23, or the office's; away on both days inclusive."""

    hour: int | None = None
    in_app_only: bool = False
    away_from: dt.date | None = None
    away_until: dt.date | None = None
    deputy: User | None = None


def wishes_of(user: User) -> Wishes:
    found = MailSettings.objects.filter(user=user).select_related("deputy").first()
    if found is None:
        return Wishes()
    return Wishes(found.hour, found.in_app_only, found.away_from, found.away_until, found.deputy)


@transaction.atomic
def set_wishes(user: User, wishes: Wishes) -> MailSettings:
    """Takes the place of what was wished before. Raises ``Invalid`` with the fields."""
    _require_sound(user, wishes)
    found, _made = MailSettings.objects.update_or_create(user=user, defaults=vars(wishes))
    return found


def _require_sound(user: User, wishes: Wishes) -> None:
    if (wishes.away_from is None) != (wishes.away_until is None):
        raise Invalid("away_from_until", _("Say from when until when you are away."))
    if wishes.away_from and wishes.away_until and wishes.away_until < wishes.away_from:
        raise Invalid("away_ends_first", _("The last day away is not before the first."))
    if wishes.deputy is not None and wishes.deputy.pk == user.pk:
        raise Invalid("own_deputy", _("Nobody is their own deputy."))
    if wishes.deputy is not None and not wishes.deputy.is_active:
        raise Invalid("deputy_gone", _("The deputy's account is closed."))
