"""佐证材料: files that show what a report says; kept safely, never forced on anybody.

The file is on the disk before its row is written, so that no row is ever without its file; a
file that stayed without a row, after a crash, is swept away a day later (FAILURES 4.10).
"""

import datetime as dt
import logging
from functools import partial
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed, Refusal
from accounts.fixed_query import FixedQuery, Given
from accounts.models import Unit, User
from accounts.versioning import require_version
from tasks.access import require_worker
from tasks.files.kinds import kind_claimed, require_content
from tasks.files.names import cleaned_name
from tasks.files.storage import EVIDENCE, Readable, StoredFile
from tasks.locking import lock_quota, lock_report
from tasks.models import Evidence, ProgressReport

logger = logging.getLogger(__name__)

State = ProgressReport.State
#: Bytes of one file; files of one report; bytes of a unit's files of one year.
LARGEST_FILE = 50 * 1024**2
MOST_FILES = 20
MOST_OF_A_UNIT = 2 * 1024**3
#: For so long a file may be without its row: longer than any upload takes.
SWEPT_AFTER = dt.timedelta(hours=24)


def attach(
    report_id: int,
    name: str,
    stream: Readable,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Evidence:
    """Keeps a file with a report that is not yet decided about, by the people of its unit.

    Not one transaction: the file is written first, under no lock, and given up again if its row
    is refused.
    """
    name = cleaned_name(name)
    kind = kind_claimed(name)
    report = ProgressReport.objects.select_related("task__unit").get(pk=report_id)
    require_version(report, version)
    _require_attachable(report, actor, at)
    file = _stored(kind, stream)
    try:
        return _add(report_id, name, kind, file, actor=actor, at=at, version=version)
    except Refusal:
        EVIDENCE.discard(file.stored_as)
        raise


def evidence_of(report: ProgressReport) -> QuerySet[Evidence]:
    """In the order in which it was handed in."""
    return report.evidence.select_related("uploaded_by").order_by("uploaded_at", "id")


def hashes_of(report: ProgressReport) -> list[str]:
    """The SHA-256 of each file: what the history keeps of them."""
    return [evidence.sha256 for evidence in HASHES(report=report.pk)]


HASHES = FixedQuery(
    lambda: (
        Evidence.objects.filter(report=Given("report")).only("sha256").order_by("uploaded_at", "id")
    )
)


def open_evidence(evidence: Evidence) -> BinaryIO:
    """The file's content as it came; ``Conflict`` where the file is not at its place."""
    try:
        return EVIDENCE.open_stored(evidence.stored_as)
    except FileNotFoundError:
        logger.error("the file of evidence %s is missing", evidence.pk)
        raise Conflict(
            "file_missing", _("This file is not at its place. Please tell the administrator.")
        ) from None


@transaction.atomic
def remove_evidence(evidence_id: int, *, actor: User, at: dt.datetime) -> None:
    """By who handed it in, while the report is a draft; the file goes once that is committed."""
    evidence = Evidence.objects.get(pk=evidence_id)
    report = _lock_present(evidence.report_id)
    require_worker(actor, report.task, timezone.localdate(at))
    if evidence.uploaded_by_id != actor.pk:
        raise NotAllowed("not_your_evidence", _("Only who handed a file in takes it back."))
    if report.state != State.DRAFT:
        raise Conflict("evidence_stays", _("The files of a submitted report stay with it."))
    evidence.delete()
    transaction.on_commit(partial(EVIDENCE.discard, evidence.stored_as))


def hand_over(draft: QuerySet[ProgressReport], report: ProgressReport) -> None:
    """What was attached to a draft belongs to the report that takes its place."""
    Evidence.objects.filter(report__in=draft).update(report=report)


def sweep_evidence(*, at: dt.datetime) -> int:
    """Removes files that are a day old and that no row knows. Answers how many."""
    swept = 0
    for names in EVIDENCE.stored_before((at - SWEPT_AFTER).timestamp()):
        known = Evidence.objects.filter(stored_as__in=names).values_list("stored_as", flat=True)
        for name in set(names).difference(known):
            EVIDENCE.discard(name)
            swept += 1
    return swept


def _stored(kind: str, stream: Readable) -> StoredFile:
    """The file on the disk, and what it claims to be."""
    file = EVIDENCE.store(stream, most=LARGEST_FILE)
    try:
        with EVIDENCE.open_stored(file.stored_as) as content:
            require_content(kind, content)
    except BaseException:
        EVIDENCE.discard(file.stored_as)
        raise
    return file


@transaction.atomic
def _add(
    report_id: int,
    name: str,
    kind: str,
    file: StoredFile,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None,
) -> Evidence:
    report = _lock_present(report_id, version)
    _require_attachable(report, actor, at)
    _require_room(report, file.size, at)
    if report.state != State.DRAFT:
        # Whoever is about to decide about the report looks at it again.
        report.version += 1
        report.save(update_fields=["version"])
    return Evidence.objects.create(
        report=report,
        name=name,
        kind=kind,
        size=file.size,
        sha256=file.sha256,
        stored_as=file.stored_as,
        uploaded_by=actor,
        uploaded_at=at,
    )


def _lock_present(report_id: int, version: int | None = None) -> ProgressReport:
    """Raises ``Conflict`` for a draft that became a report while the file was on its way."""
    try:
        return lock_report(report_id, version)[0]
    except ProgressReport.DoesNotExist:
        raise Conflict("draft_submitted", _("This draft was submitted in the meantime.")) from None


def _require_attachable(report: ProgressReport, actor: User, at: dt.datetime) -> None:
    require_worker(actor, report.task, timezone.localdate(at))
    if report.state == State.DRAFT and report.author_id != actor.pk:
        raise NotAllowed("not_your_draft", _("A draft is its author's alone."))
    if report.state not in (State.DRAFT, State.INSIDE, State.SUBMITTED):
        raise Conflict(
            "already_decided", _("This report is already decided."), {"state": report.state}
        )


def _require_room(report: ProgressReport, size: int, at: dt.datetime) -> None:
    """The limits of the report, which is locked, and of its unit, which is locked here."""
    if report.evidence.count() >= MOST_FILES:
        raise Conflict(
            "too_many_files",
            _("A report may have %(most)s files.") % {"most": MOST_FILES},
            {"most": MOST_FILES},
        )
    lock_quota(report.task.unit_id)
    if kept_in_year(report.task.unit, at) + size > MOST_OF_A_UNIT:
        raise Conflict(
            "quota_used_up",
            _("The unit has used up its room for files this year."),
            {"most_bytes": MOST_OF_A_UNIT},
        )


def kept_in_year(unit: Unit, at: dt.datetime) -> int:
    """Bytes that the unit has handed in since the year began, by the local calendar."""
    year = timezone.localdate(at).year
    files = Evidence.objects.filter(report__task__unit=unit, uploaded_at__year=year)
    return files.aggregate(total=Sum("size"))["total"] or 0
