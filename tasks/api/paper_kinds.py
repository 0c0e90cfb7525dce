"""What each kind of paper may be asked to tell, and how it is made of what was asked.

What was asked is kept as the address would say it, and read again when the paper is made: by the
same filters, with the rights that the person has then.
"""

import datetime as dt
from collections.abc import Mapping
from io import BytesIO
from typing import Any, cast

from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.models import User
from tasks.annual_document import Signature, annual_document
from tasks.annual_report import report_to_read
from tasks.api.completion import PlanCompletionFilters, narrowed
from tasks.bulletin import bulletin_of
from tasks.bulletin_document import Imprint, bulletin_document
from tasks.completion_sheet import as_xlsx
from tasks.figures import plan_completion
from tasks.groupings import By
from tasks.ledger import ledger_of
from tasks.ledger_sheet import Size, ledger_sheet
from tasks.models import Paper, Task
from tasks.papers import Content, Fault, Maker, Tell, Unmakeable
from tasks.querysets import TaskQuerySet

Filters = Mapping[str, list[str]]


class Asker:
    """Who asks and when: what the filters want to know of a request and of its view."""

    def __init__(self, user: User, on: dt.date) -> None:
        self.user, self.on = user, on
        self.parser_context = {"view": self}


def require_filters(given: Filters, *, user: User, on: dt.date, as_of: dt.date) -> None:
    """Raises ``ValidationError``, by name, for filters that a paper could not be made with."""
    known, repeatable = PlanCompletionFilters.get_filters(), PlanCompletionFilters.repeatable()
    wrong = {}
    for name, values in given.items():
        if name not in known:
            wrong[name] = [ErrorDetail(_("There is no such parameter here."), code="unknown")]
        elif len(values) > 1 and name not in repeatable:
            wrong[name] = [ErrorDetail(_("This parameter is given twice."), code="repeated")]
    if wrong:
        raise ValidationError({"filters": wrong})
    try:
        _keep(Task.objects.none(), given, user=user, on=on, as_of=as_of)
    except ValidationError as error:
        raise ValidationError({"filters": error.detail}) from error


def _keep(
    shares: TaskQuerySet, given: Filters, *, user: User, on: dt.date, as_of: dt.date
) -> TaskQuerySet:
    asked = QueryDict(mutable=True)
    for name, values in given.items():
        asked.setlist(name, list(values))
    return narrowed(shares, asked, Asker(user, on), PlanCompletionFilters, as_of)


class Reader:
    """Whose eyes a paper is made with, and what it is asked to keep."""

    def __init__(self, paper: Paper, at: dt.datetime) -> None:
        self.user, self.on, self.then = paper.asked_by, timezone.localdate(at), paper.as_of
        self._filters: Filters = paper.asked.get("filters", {})

    def narrow(self, shares: TaskQuerySet) -> TaskQuerySet:
        try:
            return _keep(shares, self._filters, user=self.user, on=self.on, as_of=self.then)
        except ValidationError as error:
            # It was understood when it was asked for: what it names is out of sight by now.
            raise Unmakeable(Fault.OUT_OF_SIGHT) from error


def make_completion_report(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
    reader = Reader(paper, at)
    tell(0, 1)
    figures = plan_completion(
        paper.plan,
        user=reader.user,
        on=reader.on,
        by=cast(By, paper.asked["by"]),
        narrow=reader.narrow,
        then=reader.then,
    )
    return Content(_name_of(paper), BytesIO(as_xlsx(figures)))


def make_ledger(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
    reader = Reader(paper, at)
    tell(0, 0)
    ledger = ledger_of(
        paper.plan, user=reader.user, on=reader.on, then=reader.then, narrow=reader.narrow
    )
    size = cast(Size, paper.asked["size"])
    return Content(_name_of(paper), ledger_sheet(ledger, size=size, tell=tell))


def make_bulletin(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
    """In Chinese, down to the words beside the figures; only its name is the person's."""
    reader = Reader(paper, at)
    tell(0, 1)
    with translation.override("zh-hans"):
        bulletin = bulletin_of(paper.plan, user=reader.user, on=reader.on, then=reader.then)
        content = bulletin_document(bulletin, Imprint.read(paper.asked["bulletin"]))
    return Content(_name_of(paper, "docx"), content)


def make_annual_report(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
    """In Chinese as well, as the person reads it: the office whole, a unit its chapters."""
    reader = Reader(paper, at)
    tell(0, 1)
    with translation.override("zh-hans"):
        found = report_to_read(paper.plan, user=reader.user, on=reader.on, then=reader.then)
        content = annual_document(found, Signature.read(paper.asked["annual_report"]))
    return Content(_name_of(paper, "docx"), content)


def _name_of(paper: Paper, ending: str = "xlsx") -> str:
    parts: list[Any] = [paper.plan.title, paper.get_kind_display(), paper.as_of.isoformat()]
    return " ".join(map(str, parts)) + f".{ending}"


MAKERS: dict[str, Maker] = {
    Paper.Kind.COMPLETION: make_completion_report,
    Paper.Kind.LEDGER: make_ledger,
    Paper.Kind.BULLETIN: make_bulletin,
    Paper.Kind.ANNUAL_REPORT: make_annual_report,
}
