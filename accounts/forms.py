"""What every form of the pages has in common, and the log-in form."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.passwords import choose_password
from accounts.wishes import Wishes


class DayInput(forms.DateInput):
    """The browser's own calendar; it speaks ISO dates whatever the page's language."""

    input_type = "date"

    def __init__(self, *, latest: dt.date | None = None, **attrs: Any) -> None:
        if latest:
            attrs["max"] = latest.isoformat()
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class PageForm(forms.Form):
    """Bootstrap's classes on each field, and labels without a colon."""

    template_name = "accounts/fields.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _css_class(field.widget))

    def add_field(self, name: str, field: forms.Field) -> None:
        """A field that only this form has, dressed as the others are."""
        field.widget.attrs.setdefault("class", _css_class(field.widget))
        self.fields[name] = field


class VersionedForm(PageForm):
    """A form about one row as the person saw it: ``version`` says which state that was."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def now_sees(self, version: int) -> None:
        """The person is shown the row as it is now; what they typed stays."""
        data: Any = self.data
        data = data.copy()
        data["version"] = version
        self.data = data


class LogInForm(AuthenticationForm):
    template_name = "accounts/fields.html"
    error_messages = {
        "invalid_login": _("The user name or the password is not right."),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")
        for field in self.fields.values():
            field.widget.attrs["class"] = _css_class(field.widget)


class WishesForm(PageForm):
    """How a person wishes to hear of the day; ``colleagues`` may be deputies."""

    hour = forms.TypedChoiceField(
        label=_("My mail of the day comes"), coerce=int, empty_value=None, required=False
    )
    in_app_only = forms.BooleanField(label=_("Only here, not by mail"), required=False)
    away_from = forms.DateField(label=_("Away from"), required=False, widget=DayInput())
    away_until = forms.DateField(label=_("Away until"), required=False, widget=DayInput())
    deputy = forms.ModelChoiceField(
        label=_("Who hears of it while I am away"),
        help_text=_("Somebody of your own unit. Without a deputy, the head or the unit above."),
        queryset=User.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deputy: Any = self.fields["deputy"]
        deputy.queryset = colleagues
        hour: Any = self.fields["hour"]
        usual = _("at the office's hour, %(hour)s:00") % {"hour": settings.LUOSHI_MAIL_HOUR}
        hours = [(str(n), _("not before %(hour)s:00") % {"hour": n}) for n in range(24)]
        hour.choices = [("", usual), *hours]

    def wishes(self) -> Wishes:
        return Wishes(**self.cleaned_data)


class CodeForm(PageForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ForgottenPasswordForm(PageForm):
    name = forms.CharField(
        label=_("User name or mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg] # generic in stubs only
    template_name = "accounts/fields.html"
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password once more")
        for field in self.fields.values():
            field.widget.attrs["class"] = _css_class(field.widget)

    def save(self, commit: bool = True) -> User:
        choose_password(self.user, self.cleaned_data["new_password1"])
        return self.user


class ChangePasswordForm(ChoosePasswordForm):
    """Asks for the password of today as well: a page left open is nobody's licence."""

    field_order = ("old_password", "new_password1", "new_password2")
    old_password = forms.CharField(
        label=_("Password of today"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_old_password(self) -> str:
        """Compared where every password is. Raises ``TooMany`` where that was done too often."""
        given: str = self.cleaned_data["old_password"]
        name = self.user.get_username()
        if authenticate(self.request, username=name, password=given) is None:
            raise forms.ValidationError(_("The password of today is not right."), code="wrong")
        return given

    def clean(self) -> dict[str, Any]:
        """A password that somebody else knows is not one's own by being typed again."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("old_password") and found["old_password"] == found.get("new_password1"):
            again = _("This is the password of today: choose another.")
            self.add_error("new_password1", forms.ValidationError(again, code="same"))
        return found


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect):  # of which a list of boxes is a kind
        return "choice"  # Django gives it to the list as well as to each of its boxes
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"
