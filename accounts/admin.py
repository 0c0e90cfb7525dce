"""The directory for the people who keep it: units, groups, roles, accounts, special days.

Nothing here is deleted that a share may refer to: units, roles and memberships end on a day.
"""

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.addresses import trust_again
from accounts.errors import Refusal
from accounts.models import (
    CalendarDay,
    Membership,
    Unit,
    UnitAlias,
    UnitGroup,
    UnitGroupMembership,
    UnitHosting,
    User,
)
from accounts.passwords import invite
from accounts.unit_tree import place_new_unit

# Tables of django-allauth: their rows are made by our pages, and are nothing to be edited.
for row in (
    *(EmailAddress, EmailConfirmation, Authenticator),
    *(SocialAccount, SocialApp, SocialToken),
):
    if admin.site.is_registered(row):
        admin.site.unregister(row)

if TYPE_CHECKING:
    # These are generic for the type checker only.
    Admin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
    Accounts = UserAdmin[User]
    NewAccount = AdminUserCreationForm[User]
    PasswordByAdmin = AdminPasswordChangeForm[User]
    Form = ModelForm[Unit]
else:
    Admin, Inline = admin.ModelAdmin, admin.TabularInline
    Accounts, NewAccount, Form = UserAdmin, AdminUserCreationForm, ModelForm
    PasswordByAdmin = AdminPasswordChangeForm


class _Kept(Admin):
    """Rows that end on a day instead of vanishing."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AliasInline(Inline):
    model = UnitAlias
    extra = 0


class HostingInline(Inline):
    model = UnitHosting
    fk_name = "unit"
    autocomplete_fields = ["host"]
    extra = 0


class GroupMembershipInline(Inline):
    model = UnitGroupMembership
    autocomplete_fields = ["unit"]
    extra = 0


class MembershipInline(Inline):
    model = Membership
    autocomplete_fields = ["unit"]
    extra = 0


@admin.register(Unit)
class UnitAdmin(_Kept):
    list_display = ["name", "kind", "parent", "valid_from", "valid_to"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "aliases__name"]
    autocomplete_fields = ["parent"]
    exclude = ["successors"]
    inlines = [AliasInline, HostingInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        """A unit stays where it is in the tree: its whole branch is told by its path."""
        return ["parent"] if obj else []

    def save_model(self, request: HttpRequest, obj: Unit, form: Form, change: bool) -> None:
        if not change:
            place_new_unit(obj)
        super().save_model(request, obj, form, change)


@admin.register(UnitGroup)
class UnitGroupAdmin(_Kept):
    list_display = ["name", "aliases"]
    search_fields = ["name"]
    inlines = [GroupMembershipInline]


class AccountForm(NewAccount):
    class Meta:
        model = User
        fields = ("username", "name", "email")


class SetByHandForm(PasswordByAdmin):
    """Whoever is given a password chooses another before anything else."""

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = self.cleaned_data.get("set_usable_password", True)
        return super().save(commit)


@admin.register(User)
class AccountAdmin(Accounts):
    """Accounts of posts; a closed post is switched off, its history stays."""

    list_display = ["username", "name", "email", "is_active"]
    list_filter = ["is_active", "is_staff", "memberships__role"]
    search_fields = ["username", "name", "email"]
    ordering = ["username"]
    inlines = [MembershipInline]
    add_form = AccountForm
    change_password_form = SetByHandForm
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person or post"), {"fields": ["name", "email", "language"]}),
        (_("Access to these pages"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username", "name", "email", "usable_password", "password1", "password2"
                ]
            },
        )
    ]  # fmt: skip
    filter_horizontal = []

    actions = ["invite_chosen", "write_again"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new address has refused nothing yet; a password given at the start is not one's own."""
        if not change:
            obj.must_change_password = obj.has_usable_password()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            trust_again([obj])

    @admin.action(description=_("Write again to the address that was refused"))
    def write_again(self, request: HttpRequest, people: QuerySet[User]) -> None:
        text = _("Written to again: %(count)d.") % {"count": trust_again(people)}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Invite by mail to set a password"))
    def invite_chosen(self, request: HttpRequest, people: QuerySet[User]) -> None:
        try:
            count = invite(people, at=timezone.now())
        except Refusal as refusal:
            self.message_user(request, str(refusal.message), messages.ERROR)
        else:
            text = ngettext(
                "%(count)d invitation is on its way.",
                "%(count)d invitations are on their way.",
                count,
            )
            self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(Membership)
class MembershipAdmin(_Kept):
    list_display = ["user", "unit", "role", "valid_from", "valid_to"]
    list_filter = ["role"]
    list_select_related = ["user", "unit"]
    search_fields = ["user__name", "user__username", "unit__name"]
    autocomplete_fields = ["user", "unit"]


@admin.register(CalendarDay)
class CalendarDayAdmin(Admin):
    list_display = ["day", "is_working", "name"]
    date_hierarchy = "day"
