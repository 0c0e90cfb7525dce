"""Files that take too long to wait for: asked for, made by a job, fetched, gone after some days.

PostgreSQL remembers what is to be made; whoever calls here only wakes. A maker leases a paper and
says how far it is, which keeps the lease. Where it dies the lease runs out and another begins
anew. Whoever comes late finds the lease in other hands and leaves nothing behind.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, BinaryIO, NamedTuple, Protocol

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NoRoom
from accounts.models import User
from accounts.nudge import nudge
from plans.models import Plan
from tasks.files.names import cleaned_name
from tasks.files.storage import PAPERS, StoredFile
from tasks.models import Paper

logger = logging.getLogger(__name__)

State, Fault = Paper.State, Paper.Fault

#: The job that makes papers, by its name.
JOB = "tasks.jobs.make_papers"
#: Longer than any one statement or the writing of a file takes between two words of progress.
LEASE = dt.timedelta(minutes=2)
#: A paper that nobody came to an end with so often is shown as failed.
MAX_ATTEMPTS = 3
#: How often progress is written.
EVERY = dt.timedelta(seconds=1)
#: How long one call of ``make_due`` goes on before it leaves the rest to the next.
ROUND = dt.timedelta(minutes=1)
#: Bytes of one file.
LARGEST_PAPER = 200 * 1024**2
#: For so long a file may be without its row: longer than any maker lives.
SWEPT_AFTER = dt.timedelta(hours=24)


class Unmakeable(Exception):
    """There is no such paper for this person, however often it is tried."""

    def __init__(self, fault: Paper.Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class TakenAway(Exception):
    """The person took the paper back, or another maker has it: nobody waits for this one."""


class Content(NamedTuple):
    """What a maker has made; ``name`` is that of the file, with its ending."""

    name: str
    file: BinaryIO


class Tell(Protocol):
    """Says that so many of so many rows are done. Not within a transaction of the maker's."""

    def __call__(self, done: int, total: int, /) -> None: ...


class Maker(Protocol):
    """Makes papers of one kind, of what the person may see at that instant.

    Raises ``Unmakeable``, and lets through what ``tell`` raises.
    """

    def __call__(self, paper: Paper, *, at: dt.datetime, tell: Tell) -> Content: ...


def ask_for_paper(
    kind: str,
    plan: Plan,
    *,
    as_of: dt.date,
    asked: Mapping[str, Any],
    actor: User,
    at: dt.datetime,
) -> Paper:
    """Puts it into the queue. ``Conflict`` while another one of the person's is under way."""
    try:
        with transaction.atomic():
            paper = Paper.objects.create(
                kind=kind, plan=plan, as_of=as_of, asked=asked, asked_by=actor, asked_at=at
            )
    except IntegrityError:
        other = Paper.objects.filter(asked_by=actor).under_way().first()
        raise Conflict(
            "paper_under_way",
            _("Another paper is being made for you; please wait for it, or take it back."),
            {"paper": other.pk if other else None},
        ) from None
    nudge(JOB)
    return paper


@transaction.atomic
def take_back(paper: Paper) -> None:
    """The person needs it no longer, whether it is made or not. A maker notices, and stops."""
    for row in Paper.objects.select_for_update().filter(pk=paper.pk):
        row.delete()
        _discard_after_commit(row)


def open_paper(paper: Paper) -> BinaryIO:
    """The file's content; ``Conflict`` where there is none yet, or none any more."""
    if paper.state != State.MADE:
        raise Conflict("paper_not_made", _("There is no file yet."), {"state": paper.state})
    try:
        return PAPERS.open_stored(paper.stored_as)
    except FileNotFoundError:
        logger.error("the file of paper %s is missing", paper.pk)
        raise Conflict(
            "file_missing", _("This file is not at its place. Please tell the administrator.")
        ) from None


def make_due(makers: Mapping[str, Maker], *, clock: Callable[[], dt.datetime]) -> int:
    """Makes what is due, one after the other, for a round; returns how many it took up."""
    remove_old_papers(at=clock())
    ends_at, taken = clock() + ROUND, 0
    while clock() < ends_at and (paper := claim(clock())):
        _make(paper, makers[paper.kind], clock)
        taken += 1
    return taken


@transaction.atomic
def claim(at: dt.datetime) -> Paper | None:
    """Leases the paper that has waited longest; those that others are claiming are passed over.

    Every attempt is counted when it begins, so that a paper which kills its makers is found out.
    """
    due = Paper.objects.due(at).select_related("asked_by", "plan")
    rows = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
    while paper := rows.first():
        _discard_after_commit(paper)  # what a dead maker may have left
        if paper.attempts < MAX_ATTEMPTS:
            _lease(paper, at)
            return paper
        _fail(paper, Fault.ABANDONED, at)
    return None


def _lease(paper: Paper, at: dt.datetime) -> None:
    paper.state, paper.lease_until, paper.lease_token = State.MAKING, at + LEASE, uuid.uuid4().hex
    paper.attempts += 1
    paper.done = paper.total = 0
    paper.save(update_fields=["state", "lease_until", "lease_token", "attempts", "done", "total"])


def _make(paper: Paper, maker: Maker, clock: Callable[[], dt.datetime]) -> None:
    """Brings a leased paper to its end. No error of the making gets out: the paper shows it.

    But for the database's, which says nothing about the paper: its lease runs out.
    """
    at = clock()
    try:
        with translation.override(paper.asked_by.language):
            content = _content_of(paper, maker, at, Progress(paper, clock))
            name = cleaned_name(content.name)
        file = PAPERS.store(content.file, most=LARGEST_PAPER, stored_as=paper.lease_token)
        if not _finish(paper, name, file, clock()):
            raise TakenAway
    except TakenAway:
        PAPERS.discard(paper.lease_token)
    except Unmakeable as error:
        _fail(paper, error.fault, clock())
    except NoRoom:
        _fail(paper, Fault.NO_ROOM, clock())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("paper %s could not be made", paper.pk)
        _fail(paper, Fault.BROKEN, clock())


def _content_of(paper: Paper, maker: Maker, at: dt.datetime, tell: Tell) -> Content:
    """Of a plan that is in sight now; in the language of the person."""
    in_sight = Plan.objects.visible_to(paper.asked_by, timezone.localdate(at))
    if not in_sight.filter(pk=paper.plan_id).exists():
        raise Unmakeable(Fault.OUT_OF_SIGHT)
    return maker(paper, at=at, tell=tell)


class Progress:
    """Writes how far a paper is, at most every second; that keeps its lease.

    Raises ``TakenAway`` where the paper is not ours any more.
    """

    def __init__(self, paper: Paper, clock: Callable[[], dt.datetime]) -> None:
        self._paper, self._clock = paper, clock
        self._next = clock()

    def __call__(self, done: int, total: int, /) -> None:
        at = self._clock()
        if at < self._next:
            return
        self._next = at + EVERY
        if not _update(self._paper, done=done, total=total, lease_until=at + LEASE):
            raise TakenAway


def _finish(paper: Paper, name: str, file: StoredFile, at: dt.datetime) -> bool:
    """Only while the lease is ours: of two makers one has made it."""
    return _end(
        paper,
        at,
        state=State.MADE,
        name=name,
        size=file.size,
        sha256=file.sha256,
        stored_as=file.stored_as,
        made_at=at,
    )


def _fail(paper: Paper, fault: Paper.Fault, at: dt.datetime) -> None:
    _end(paper, at, state=State.FAILED, fault=fault)


def _end(paper: Paper, at: dt.datetime, **fields: object) -> bool:
    kept_until = at + dt.timedelta(days=settings.LUOSHI_PAPER_DAYS)
    return _update(paper, lease_until=None, lease_token="", kept_until=kept_until, **fields)


def _update(paper: Paper, **fields: object) -> bool:
    """Whether the paper was still ours to change."""
    ours = Paper.objects.filter(pk=paper.pk, state=State.MAKING, lease_token=paper.lease_token)
    return bool(ours.update(**fields))


def remove_old_papers(*, at: dt.datetime) -> int:
    """Removes what has been kept for its days, the file as well. Answers how many."""
    removed = 0
    for paper in Paper.objects.filter(kept_until__lte=at):
        take_back(paper)
        removed += 1
    return removed


def sweep_papers(*, at: dt.datetime) -> int:
    """Removes files that are a day old and that no row knows. Answers how many."""
    swept = 0
    for names in PAPERS.stored_before((at - SWEPT_AFTER).timestamp()):
        known = Paper.objects.filter(stored_as__in=names).values_list("stored_as", flat=True)
        for name in set(names).difference(known):
            PAPERS.discard(name)
            swept += 1
    return swept


def _discard_after_commit(paper: Paper) -> None:
    for name in {paper.stored_as, paper.lease_token} - {""}:
        transaction.on_commit(partial(PAPERS.discard, name))
