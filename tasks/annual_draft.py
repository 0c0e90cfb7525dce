"""What an annual report says by itself: sentences of what was approved, with live figures.

A figure stands in a text as a mark, ``{22.化解成功率}``: the number of its key task and its name.
It becomes the figure whenever the text is shown, so that no text ever holds an old one.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from plans.models import KeyTask, Plan
from tasks.indicator_figures import Figure, PlanFigures, indicators_of
from tasks.models import (
    ExtensionRequest,
    ProgressReport,
    ReportChapter,
    SupervisionNotice,
    Task,
)
from tasks.official_words import day_in_words

Kind = ReportChapter.Kind
OfShare = TypeVar("OfShare", ExtensionRequest, SupervisionNotice)

MARK = re.compile(r"\{([^{}\n]+)\}")
#: Key tasks that speak of this are told in the chapter on the heads' duty.
DUTY = "第一责任人"
#: How many units are named that told the same.
MOST_NAMED = 3


@dataclass(frozen=True)
class Place:
    """Which chapter: its kind, and its section's id where it tells of measures."""

    kind: str
    section: int | None = None


@dataclass(frozen=True)
class Draft:
    """The lines of each chapter, each a paragraph, and the figures that their marks mean."""

    titles: Mapping[Place, str]
    lines: Mapping[Place, list[str]]
    figures: Mapping[str, Figure]
    found: PlanFigures = field(repr=False)

    def text(self, place: Place) -> str:
        return "\n".join(self.lines.get(place, []))


def draft_of(plan: Plan, *, user: User, on: dt.date, then: dt.date) -> Draft:
    """As of the end of ``then``, of the shares that the person sees. Some ten queries."""
    found = indicators_of(plan, user=user, on=on, then=then)
    figures = {mark_of(row): row for row in found.figures}
    facts = _Facts(plan, user, on, then)
    sections = {row.pk: row.title for row in plan.sections.all()}
    titles = {Place(Kind.MEASURES, pk): title for pk, title in sections.items()}
    lines: dict[Place, list[str]] = defaultdict(list)
    for key_task in plan.key_tasks.order_by("position"):
        place = _place_of(key_task)
        titles.setdefault(place, str(Kind(place.kind).label))
        said = facts.told(key_task) + _figures_told(found.of(key_task.pk))
        if said:
            number = len(lines[place]) + 1
            lines[place].append(f"{number}. {_sentence(key_task.title)}{said}")
        lines[Place(Kind.SHORTCOMINGS)] += facts.shortcomings(key_task)
    lines[Place(Kind.NEXT_YEAR)] = list(_next_year(plan, facts, user, on))
    for kind in Kind:
        if kind != Kind.MEASURES:
            titles[Place(kind)] = str(kind.label)
    return Draft(titles, lines, figures, found)


def _place_of(key_task: KeyTask) -> Place:
    if DUTY in key_task.title or DUTY in key_task.text:
        return Place(Kind.DUTY)
    return Place(Kind.MEASURES, key_task.section_id)


def mark_of(figure: Figure) -> str:
    """What stands between the braces."""
    key_task = figure.indicator.key_task
    return f"{key_task.number or f'{key_task.position}.'}{figure.indicator.name}"


def filled(text: str, figures: Mapping[str, Figure]) -> str:
    """The text with its figures; a mark that means none stays."""

    def figure_of(found: re.Match[str]) -> str:
        figure = figures.get(found[1].strip())
        return shown(figure) if figure else found[0]

    return MARK.sub(figure_of, text)


def unknown_marks(text: str, figures: Mapping[str, Figure]) -> list[str]:
    return [found for found in MARK.findall(text) if found.strip() not in figures]


def shown(figure: Figure) -> str:
    """With what it was computed of: 99.7%（4034/4048）."""
    return f"{figure.text}（{figure.parts}）" if figure.parts else figure.text


def _figures_told(figures: Iterable[Figure]) -> str:
    """Those that there are: 受理46件、办结39件."""
    told = [f"{row.indicator.name}{{{mark_of(row)}}}" for row in figures if row.value is not None]
    return f"{'、'.join(told)}。" if told else ""


def _sentence(text: str) -> str:
    """With one full stop at its end, where there is anything."""
    text = " ".join(text.split())
    return text if not text or text[-1] in "。！？；" else f"{text}。"


def _named(units: Sequence[str]) -> str:
    """甲镇、乙乡; of many the first ones and their number: 甲镇、乙乡、丙乡等39个单位."""
    if len(units) <= MOST_NAMED:
        return "、".join(units)
    return f"{'、'.join(units[:MOST_NAMED])}等{len(units)}个单位"


class _Facts:
    """What the year's work has written down of each key task. Four queries."""

    def __init__(self, plan: Plan, user: User, on: dt.date, then: dt.date) -> None:
        self._then = then
        midnight = timezone.make_aware(
            dt.datetime.combine(then + dt.timedelta(days=1), dt.time.min)
        )
        in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
        self._shares: dict[int, list[Task]] = defaultdict(list)
        for task in in_sight.select_related("unit").order_by("depth", "unit__position", "id"):
            self._shares[task.key_task_id].append(task)
        ids = in_sight.order_by().values("pk")
        approved = ProgressReport.objects.filter(
            task__in=ids, state=ProgressReport.State.APPROVED, decided_at__lt=midnight
        ).exclude(narrative="")
        #: Of each share the last that was told.
        self._told = {row.task_id: row.narrative for row in approved.order_by("submitted_at", "id")}
        extended = ExtensionRequest.objects.filter(
            task__in=ids, state=ExtensionRequest.State.APPROVED, decided_at__lt=midnight
        )
        self._extensions = _by_share(extended.order_by("id"))
        noticed = SupervisionNotice.objects.filter(task__in=ids, issued_at__lt=midnight)
        self._notices = _by_share(noticed.order_by("number"))

    def told(self, key_task: KeyTask) -> str:
        """The last approved words of each unit, the leading one's first; what many have told alike
        stands there once."""
        units: dict[str, dict[str, None]] = defaultdict(dict)
        for task in self._shares[key_task.pk]:
            if task.pk in self._told:
                units[_sentence(self._told[task.pk])][task.unit.name] = None
        if len({unit for named in units.values() for unit in named}) < 2:
            return "".join(units)
        return "".join(f"{_named(list(of))}：{words}" for words, of in units.items())

    def shortcomings(self, key_task: KeyTask) -> Iterator[str]:
        for task in self._shares[key_task.pk]:
            name = f"“{key_task.title}”（{task.unit.name}）"
            if late := self._lateness(task):
                yield f"{name}{late}"
            for request in self._extensions[task.pk]:
                until = day_in_words(request.new_due_on)
                yield f"{name}延期至{until}，原因是：{_sentence(request.reason)}"
            for notice in self._notices[task.pk]:
                yield f"{name}受到督办（第{notice.number}号）：{_sentence(notice.text)}"

    def unfinished(self) -> Iterator[int]:
        """The key tasks that go on after the year."""
        for key_task, shares in self._shares.items():
            if any(task.is_open or task.carried_to_id for task in shares):
                yield key_task

    def _lateness(self, task: Task) -> str:
        due_on, closed_on = task.due_on, task.closed_on
        if due_on is None or not task.counts or task.carried_to_id:
            return ""
        if closed_on is not None and closed_on <= self._then:
            days = (closed_on - due_on).days
            return f"办结晚于时限{days}天。" if days > 0 else ""
        return f"时限为{day_in_words(due_on)}，尚未办结。" if due_on < self._then else ""


def _by_share(rows: Iterable[OfShare]) -> dict[int, list[OfShare]]:
    found: dict[int, list[OfShare]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found


def _next_year(plan: Plan, facts: _Facts, user: User, on: dt.date) -> Iterator[str]:
    """What the office plans already, and what goes on."""
    year = (plan.last_year or plan.year) + 1
    later = Plan.objects.visible_to(user, on).filter(Q(issuing_unit=plan.issuing_unit), year=year)
    for title in (
        KeyTask.objects.filter(plan__in=later)
        .order_by("plan", "position")
        .values_list("title", flat=True)
    ):
        yield _sentence(title)
    going_on = set(facts.unfinished())
    for key_task in plan.key_tasks.filter(pk__in=going_on).order_by("position"):
        yield f"继续推进“{key_task.title}”。"
