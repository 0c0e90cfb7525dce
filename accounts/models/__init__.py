"""Who: people, units, roles, working days and the mail that goes out."""

from accounts.models.calendar import CalendarDay, PreliminaryYear
from accounts.models.guesses import GuessCount
from accounts.models.mail import MailHold, OutgoingMail
from accounts.models.people import CalendarFeed, MailSettings, Membership, PasswordRequest, User
from accounts.models.requests import AnsweredRequest
from accounts.models.tokens import AccessToken
from accounts.models.units import (
    Unit,
    UnitAlias,
    UnitGroup,
    UnitGroupMembership,
    UnitHosting,
)

__all__ = [
    "AccessToken",
    "AnsweredRequest",
    "CalendarDay",
    "CalendarFeed",
    "GuessCount",
    "MailHold",
    "MailSettings",
    "Membership",
    "OutgoingMail",
    "PasswordRequest",
    "PreliminaryYear",
    "Unit",
    "UnitAlias",
    "UnitGroup",
    "UnitGroupMembership",
    "UnitHosting",
    "User",
]
