"""What every form about a share, a report or a request has in common."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise

from accounts.errors import Refusal
from accounts.forms import VersionedForm
from accounts.models import User
from tasks.models import Task


def words(rows: int = 3, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 5000, **attrs})


class DecisionForm(VersionedForm):
    """What a person may do about one row.

    ``name`` is the last part of its address, ``label`` says what it does, on its ``button`` too
    where that says nothing else, and ``done`` what was done.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    button: ClassVar[str | Promise] = ""
    done: str | Promise

    def __init__(self, *args: Any, row: Any, on: dt.date, **kwargs: Any) -> None:
        self.row = row
        self.on = on
        kwargs.setdefault("initial", {"version": row.version})
        # A report and a request for a later date are both approved, on one page.
        kwargs.setdefault("auto_id", f"id_{self.name}_{row._meta.model_name}_{row.pk}_%s")
        super().__init__(*args, **kwargs)

    def carry_out(self, *, actor: User, at: dt.datetime) -> None:
        """Calls the service. Raises its ``Refusal``."""
        fields = dict(self.cleaned_data)
        self.call(actor=actor, at=at, version=fields.pop("version"), **fields)

    def call(self, **arguments: Any) -> None:
        raise NotImplementedError

    def renew(self, refusal: Refusal) -> None:
        """The person sees the row as it is now, and why not; what they typed stays."""
        self.row.refresh_from_db()
        self.now_sees(self.row.version)


class ShareForm(DecisionForm):
    """``opens``: it stands open where it is the first of the page."""

    row: Task
    opens: ClassVar[bool] = True
