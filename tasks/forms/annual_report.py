"""What may be done about an annual report on its page. Each form knows the service it calls."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PageForm
from accounts.models import Unit, User
from plans.models import Plan
from tasks.annual_draft import Place
from tasks.annual_report import Chapter, place_of
from tasks.annual_writing import (
    LONGEST,
    assign_chapter,
    comment_on_chapter,
    release_report,
    write_chapter,
)


class AnnualForm(PageForm):
    """``name`` is the last part of its address, ``label`` says what it does, on its ``button`` too
    where that says nothing else, and ``done`` what was done."""

    name: ClassVar[str]
    label: ClassVar[Promise]
    button: ClassVar[str | Promise] = ""
    done: ClassVar[Promise]

    def carry_out(self, plan: Plan, *, actor: User, at: dt.datetime) -> None:
        """Calls the service with what was sent and found valid. Raises its ``Refusal``."""
        raise NotImplementedError


class ChapterForm(AnnualForm):
    """About one chapter; ``chapter`` names it."""

    chapter = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: Any = None, *, about: Chapter | None = None) -> None:
        key = about.key if about else (data or {}).get("chapter", "")
        super().__init__(
            data,
            initial=self.initial_of(about) if about else None,
            auto_id=f"id_{self.name}_{key}_%s",
        )

    def initial_of(self, chapter: Chapter) -> dict[str, Any]:
        return {"chapter": chapter.key}

    @property
    def place(self) -> Place:
        return place_of(self.cleaned_data["chapter"])


class WriteForm(ChapterForm):
    name, label, done = "write", _("Write the chapter"), _("The text has been saved.")
    button = _("Save the text")
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label=_("Text of the chapter"),
        help_text=_(
            "Each line is a paragraph. What stands in braces becomes the figure. Left empty, the "
            "draft speaks."
        ),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def initial_of(self, chapter: Chapter) -> dict[str, Any]:
        return {"chapter": chapter.key, "text": chapter.text, "seen": chapter.seen}

    def carry_out(self, plan: Plan, *, actor: User, at: dt.datetime) -> None:
        words = self.cleaned_data
        write_chapter(plan.pk, self.place, words["text"], seen=words["seen"], actor=actor, at=at)


class CommentForm(ChapterForm):
    name, label, done = "comment", _("Comment"), _("The comment has been added.")
    text = forms.CharField(
        label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def carry_out(self, plan: Plan, *, actor: User, at: dt.datetime) -> None:
        comment_on_chapter(plan.pk, self.place, self.cleaned_data["text"], actor=actor, at=at)


class AssignForm(ChapterForm):
    name, label, done = "assign", _("Assign"), _("The chapter has been assigned.")
    unit = forms.ModelChoiceField(
        label=_("Unit that writes it"), queryset=Unit.objects.all(), required=False
    )

    def initial_of(self, chapter: Chapter) -> dict[str, Any]:
        return {"chapter": chapter.key, "unit": chapter.unit}

    def carry_out(self, plan: Plan, *, actor: User, at: dt.datetime) -> None:
        assign_chapter(plan.pk, self.place, self.cleaned_data["unit"], actor=actor, at=at)


class ReleaseForm(AnnualForm):
    name, label, done = "release", _("Release it"), _("The report has been released.")
    reviewed_as = forms.CharField(label=_("Who has reviewed it, by role"), max_length=60)
    reviewed_on = forms.DateField(label=_("Reviewed on"), widget=DayInput())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_release_%s")

    def carry_out(self, plan: Plan, *, actor: User, at: dt.datetime) -> None:
        release_report(plan.pk, **self.cleaned_data, actor=actor, at=at)


FORMS: dict[str, type[AnnualForm]] = {
    form.name: form for form in (WriteForm, CommentForm, AssignForm, ReleaseForm)
}
