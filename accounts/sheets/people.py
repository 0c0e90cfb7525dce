"""A row of the sheet of people: an account, and a role that it holds in a unit."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.addresses import trust_again
from accounts.directory import add_person, grant_role
from accounts.models import Membership, Unit, User
from accounts.sheets.layout import (
    EMAIL,
    FROM,
    PERSON,
    ROLE,
    UNIT,
    UNTIL,
    USERNAME,
    CellFault,
    SheetRow,
    difference,
)
from accounts.sheets.names import UnitNames

Role = Membership.Role


@dataclass(frozen=True)
class WantedRole:
    """What a row says."""

    username: str
    name: str
    email: str
    unit: Unit | None
    role: str
    valid_from: dt.date | None
    valid_to: dt.date | None


class PeopleRows:
    """Takes rows in their order. What is new begins on ``on`` where a row says nothing else."""

    column_of: dict[str, int] = {}

    def __init__(self, on: dt.date, actor: User) -> None:
        self.on, self.actor = on, actor
        self.names = UnitNames(on)
        self.users = {user.username: user for user in User.objects.all()}
        rows = Membership.objects.not_ended(on).select_related("user", "unit")
        self.roles = {row.pk: row for row in rows}
        self.held = {(row.user.username, row.unit_id, row.role): row for row in rows}
        self.said: dict[str, tuple[str, str]] = {}
        self.seen: dict[int, int] = {}

    def read(self, row: SheetRow) -> tuple[Membership | None, WantedRole]:
        """Raises ``CellFault``."""
        unit = self.names.find(row.text(UNIT), UNIT)
        wanted = WantedRole(
            username=row.needed(USERNAME),
            name=row.needed(PERSON),
            email=row.text(EMAIL),
            unit=unit,
            role=row.choice(ROLE, Role) if unit or row.text(ROLE) else "",
            valid_from=row.day(FROM),
            valid_to=row.day(UNTIL),
        )
        if wanted.role and unit is None:
            raise CellFault(UNIT, _("This cell must be filled in."))
        self._require_one_account(wanted)
        role = self._role_of(row, wanted)
        if role:
            self._require_same_role(role, wanted)
        return role, wanted

    def differences(self, role: Membership | None, wanted: WantedRole) -> list[str]:
        """What would change, in words."""
        found = self._differences_of_account(wanted)
        held = f"{wanted.unit}, {Role(wanted.role).label}" if wanted.role else ""
        if held and role is None:
            found.append(held)
        if role and wanted.valid_to and wanted.valid_to != role.valid_to:
            old, new = str(role.valid_to or ""), str(wanted.valid_to)
            found += [held, difference(_("Last day"), old, new)]
        return found

    def save(self, role: Membership | None, wanted: WantedRole) -> str:
        """Calls the directory's services; answers ``new``, ``changed`` or ``ended``."""
        user, is_new = self._account(wanted)
        if role is None:
            if wanted.unit:
                self._grant(user, wanted.unit, wanted)
                is_new = True
            return "new" if is_new else "changed"
        if wanted.valid_to and wanted.valid_to != role.valid_to:
            role.valid_to = wanted.valid_to
            role.save(update_fields=["valid_to"])
            return "ended"
        return "changed"

    def _require_one_account(self, wanted: WantedRole) -> None:
        said = self.said.setdefault(wanted.username, (wanted.name, wanted.email))
        if said != (wanted.name, wanted.email):
            raise CellFault(PERSON, _("Another row has another name or address for this account."))
        user = self.users.get(wanted.username)
        changes = user and (user.name, user.email) != said
        if user and changes and user.is_staff and not self.actor.is_superuser:
            raise CellFault(USERNAME, _("Accounts of administrators are not changed by a sheet."))

    def _role_of(self, row: SheetRow, wanted: WantedRole) -> Membership | None:
        key = row.key()
        if key is None:
            held = wanted.unit and (wanted.username, wanted.unit.pk, wanted.role)
            role = self.held.get(held) if held else None
        elif (role := self.roles.get(key)) is None:
            raise CellFault(USERNAME, _("The role of this row has ended or is gone."))
        if role and (first := self.seen.setdefault(role.pk, row.number)) != row.number:
            raise CellFault(USERNAME, _("Row %(row)d is about the same role.") % {"row": first})
        return role

    def _require_same_role(self, role: Membership, wanted: WantedRole) -> None:
        same = (
            (USERNAME, role.user.username, wanted.username),
            (UNIT, role.unit_id, wanted.unit and wanted.unit.pk),
            (ROLE, role.role, wanted.role),
        )
        for column, old, new in same:
            if old != new:
                raise CellFault(
                    column, _("Give this role a last day, and write the other in a row of its own.")
                )
        if wanted.valid_from and wanted.valid_from != role.valid_from:
            raise CellFault(FROM, _("The first day of what is there already does not change."))
        if wanted.valid_to and wanted.valid_to < role.valid_from:
            raise CellFault(UNTIL, _("The last day is before the first."))
        if role.valid_to and wanted.valid_to is None:
            raise CellFault(UNTIL, _("What has ended does not begin again."))

    def _differences_of_account(self, wanted: WantedRole) -> list[str]:
        user = self.users.get(wanted.username)
        if user is None:
            return [_("new account")]
        pairs = [
            (_("Person or post"), user.name, wanted.name),
            (_("Address"), user.email, wanted.email),
        ]
        return [difference(word, old, new) for word, old, new in pairs if old != new]

    def _account(self, wanted: WantedRole) -> tuple[User, bool]:
        user = self.users.get(wanted.username)
        if user is None:
            user = add_person(wanted.username, name=wanted.name, email=wanted.email)
            self.users[wanted.username] = user
            return user, True
        if (user.name, user.email) != (wanted.name, wanted.email):
            mended = user.email != wanted.email
            user.name, user.email = wanted.name, wanted.email
            user.full_clean(exclude=["password"])
            user.save(update_fields=["name", "email"])
            if mended:
                trust_again([user])
        return user, False

    def _grant(self, user: User, unit: Unit, wanted: WantedRole) -> None:
        if wanted.valid_to:
            raise CellFault(UNTIL, _("A new role has no last day."))
        begins = wanted.valid_from or self.on
        role = grant_role(user, unit, wanted.role, valid_from=begins)
        self.held[user.username, unit.pk, wanted.role] = role
