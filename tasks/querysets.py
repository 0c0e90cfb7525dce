"""Query sets of shares, reports and reminders that read as sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Value,
    When,
)

from accounts.access import ALL_ROLES, Post, Role, ids_acted_for, tops_in_sight, units_coordinated
from accounts.models import User
from accounts.querysets import in_force
from plans.models import Plan

if TYPE_CHECKING:
    from tasks.models import (  # noqa: F401
        Evidence,
        Indicator,
        Paper,
        ProgressReport,
        Reminder,
        Task,
        TaskEvent,
        UnitReform,
    )

OPEN = ("issued", "objected", "acknowledged", "submitted")


class CurrentTransaction(Func):
    """The 64-bit number of the transaction that writes; it does not wrap around."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = BigIntegerField()


#: Transactions are numbered, and seen by a snapshot, across all databases of the server: one that
#: is known to be of another database holds nothing up. One of which nothing is known does.
OLDEST_RUNNING = """
    WITH now AS (SELECT pg_current_snapshot() AS snapshot)
    SELECT coalesce(
        (
            SELECT min(running::text::bigint) FROM pg_snapshot_xip(snapshot) AS running
            WHERE NOT EXISTS (
                SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                JOIN pg_database ON pg_database.oid = pg_stat_activity.datid
                WHERE locktype = 'transactionid' AND granted AND mode = 'ExclusiveLock'
                    AND transactionid = running::xid AND pg_database.datname <> current_database()
            )
        ),
        pg_snapshot_xmax(snapshot)::text::bigint
    ) FROM now
    """


def oldest_running() -> int:
    """The number of the oldest transaction that still runs here: all before it have ended."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_RUNNING)
        (number,) = cursor.fetchone() or (0,)
    return int(number)


OfTask = TypeVar("OfTask", bound=models.Model)


class IsAmong(Func):
    """``value = ANY(array)``: at most five look-ups by key, where ``@>`` would read the table."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def among(name: str, ids: Collection[int]) -> IsAmong:
    """As ``name__in``, where there may be thousands: one value instead of as many."""
    return IsAmong(F(name), Value(list(ids), ArrayField(BigIntegerField())))


class IsInSight(Func):
    """Whether a share lies in somebody's part of the unit tree, below it, or in their own plan.

    One expression with its text written by hand: it stands in every question that is asked about
    shares, and Django takes longer to put it together from parts than PostgreSQL to answer it.
    """

    output_field = BooleanField()

    def __init__(self, tops: Sequence[Post], offices: Collection[int], of: str = "") -> None:
        """``of`` leads from the row to its share, as ``task__``."""
        super().__init__(F(f"{of}unit_id"), F(f"{of}plan_id"), F(f"{of}ancestors"))
        self.tops = tops
        self.offices = offices

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **_context: Any) -> Any:
        unit, plan, ancestors = (compiler.compile(one)[0] for one in self.source_expressions)
        part = PART_OF_TREE.format(below=" OR ".join(["ancestors LIKE %s"] * len(self.tops)))
        ids = [top.pk for top in self.tops], *(f"{top.path}%" for top in self.tops)
        sql = IN_SIGHT.format(unit=unit, plan=plan, ancestors=ancestors, part=part)
        return sql, [*ids, list(self.offices), *ids]


def in_sight_of(user: User | AnonymousUser, on: dt.date, of: str = "") -> IsInSight | None:
    """``None`` for a person without a post, who sees nothing."""
    tops = tops_in_sight(user, on)
    offices = ids_acted_for(user, [Role.COORDINATOR], on)
    return IsInSight(tops, offices, of) if tops else None


#: A path is made of digits and strokes: nothing in it is a sign for ``LIKE``. ``IS TRUE`` has the
#: part of the tree read once, where it would be joined anew to what is above each share.
PART_OF_TREE = "(SELECT id FROM accounts_unit WHERE id = ANY(%s) OR {below})"
IN_SIGHT = """(
    {unit} IN {part}
    OR {plan} IN (SELECT id FROM plans_plan WHERE issuing_unit_id = ANY(%s))
    OR EXISTS (
        SELECT FROM tasks_task above
        WHERE above.id = ANY({ancestors}) AND (above.unit_id IN {part}) IS TRUE
    )
)"""


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> TaskQuerySet:
        """The shares of the person's part of the unit tree and all below these (DESIGN 4).

        The coordinator of the issuing unit sees the plan whole. The chain above a share is not
        among the rows: it is shown by title, owner and deadline only.
        """
        seen = in_sight_of(user, on)
        return self.none() if seen is None else self.filter(seen)

    def open(self) -> TaskQuerySet:
        return self.filter(state__in=OPEN)

    def ready_to_report(self) -> TaskQuerySet:
        """Signed for, and without a report that waits for somebody's decision."""
        waiting = Q(reports__state__in=["inside", "submitted"])
        return (
            self.filter(state="acknowledged")
            .alias(waiting=Count("reports", filter=waiting))
            .filter(waiting=0)
        )

    def counting(self) -> TaskQuerySet:
        """The shares that stand in the fraction: the rows for which ``Task.counts`` is true."""
        return (
            self.exclude(role="supporting")
            .exclude(state__in=["cancelled", "suspended"])
            .exclude(deadline_kind="ongoing")
        )

    def below(self, task: Task) -> TaskQuerySet:
        return self.filter(ancestors__contains=[task.pk])

    def overdue(self, on: dt.date) -> TaskQuerySet:
        """Open and past the last day allowed; computed, never stored."""
        return self.open().filter(next_due_on__lt=on)

    def without_unit(self, on: dt.date) -> TaskQuerySet:
        """Open, and with a unit that is not in force that day: a visible fault (FAILURES C22)."""
        return self.open().filter(~in_force(on, "unit__"))


class ReformQuerySet(models.QuerySet["UnitReform"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> ReformQuerySet:
        """The reforms of whose units the person may reform every one; others see their outcome."""
        mine = units_coordinated(user, on)
        endings: Any = self.model._meta.get_field("endings").related_model
        beyond = endings.objects.filter(reform=OuterRef("pk")).exclude(unit__in=mine.values("pk"))
        return self.filter(~Exists(beyond)) if mine.exists() else self.none()


class ReportQuerySet(models.QuerySet[OfTask]):
    """Rows that hang on a share, seen by whoever sees the share."""

    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> Self:
        seen = in_sight_of(user, on, of="task__")
        return self.none() if seen is None else self.filter(seen)


class ProgressReportQuerySet(ReportQuerySet["ProgressReport"]):
    """Reports as far as they have come out: a draft is its author's, and the unit's what it holds.

    ``task.reports`` and every other way to a report for a person goes through one of the two.
    """

    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> Self:
        return super().visible_to(user, on).told_to(user, on)

    def told_to(self, user: User | AnonymousUser, on: dt.date) -> Self:
        """Of shares in sight: the reports that have left their author, and their unit."""
        own = Q(author=user.pk)
        inside = Q(state="inside", task__unit__in=ids_acted_for(user, ALL_ROLES, on))
        return self.filter(~Q(state__in=["draft", "inside"]) | own | inside)


class EventQuerySet(ReportQuerySet["TaskEvent"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> Self:
        return super().visible_to(user, on).told_to(user, on)

    def told_to(self, user: User | AnonymousUser, on: dt.date) -> Self:
        """Of shares in sight: without what the unit said inside, but to its own people."""
        own = Q(task__unit__in=ids_acted_for(user, ALL_ROLES, on))
        return self.filter(~Q(data__contains={"state": "inside"}) | own)

    def settled(self) -> Self:
        """Those before which none can appear any more, in the order of the feed.

        Ids are given when a row is written and seen when its transaction is committed, which may
        be in another order. Hence first by transaction, and only what is older than any that
        still runs.
        """
        return self.filter(transaction__lt=oldest_running()).order_by("transaction", "id")

    def has_told(self, transaction: int, pk: int) -> bool:
        """Whether the feed of this database ever ended there; (0, 0) is where it begins.

        Not so for an end that was told before a restore: its number is another cluster's.
        """
        ended = self.settled().filter(transaction=transaction, pk=pk)
        return (transaction, pk) == (0, 0) or ended.exists()


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> Self:
        """The files of the reports that the person may read."""
        reports: Any = self.model._meta.get_field("report").related_model
        return self.filter(report__in=reports.objects.visible_to(user, on).values("pk"))


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> IndicatorQuerySet:
        """Whoever may read a plan may read what is counted in it."""
        return self.filter(plan__in=Plan.objects.visible_to(user, on).values("pk"))

    def reported(self) -> IndicatorQuerySet:
        """Those that units say; the others are computed of them."""
        return self.filter(numerator__isnull=True)


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> PaperQuerySet:
        """A paper is for who asked for it, while the plan that it tells of is in their sight."""
        plans = Plan.objects.visible_to(user, on)
        return self.filter(asked_by=user.pk, plan__in=plans.values("pk"))

    def under_way(self) -> PaperQuerySet:
        return self.filter(state__in=["waiting", "making"])

    def due(self, at: dt.datetime) -> PaperQuerySet:
        """Those that wait, and those whose maker has died; who asked first comes first."""
        abandoned = Q(state="making", lease_until__lt=at)
        return self.filter(Q(state="waiting") | abandoned).order_by("asked_at", "id")


class ReminderQuerySet(ReportQuerySet["Reminder"]):
    def without_mail(self) -> ReminderQuerySet:
        mails = self.model.mails.through.objects.filter(reminder=OuterRef("pk"))
        return self.filter(~Exists(mails))

    def unsaid(self) -> ReminderQuerySet:
        """Those that still need a mail; a fault is among them, since it may be mended."""
        return self.without_mail().filter(is_said=False, superseded_at__isnull=True)

    def locked(self) -> ReminderQuerySet:
        """In one order, and past the rows that another process is working on."""
        return self.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))

    def counted_by_end(self) -> dict[str, int]:
        """How many there are of each end. One query."""
        ended: Any = self.with_end().order_by()
        return dict(ended.values_list("end").annotate(count=Count("pk")))

    def with_end(self) -> ReminderQuerySet:
        """Annotates ``end``: sent, superseded, failed or waiting, read from the mails."""
        mails = self.model.mails.through.objects.filter(reminder=OuterRef("pk"))

        def some(*states: str) -> Exists:
            return Exists(mails.filter(outgoingmail__state__in=states))

        return self.annotate(
            end=Case(
                When(some("sent"), then=Value("sent")),
                When(superseded_at__isnull=False, then=Value("superseded")),
                When(~Q(fault=""), then=Value("failed")),
                When(some("waiting", "leased"), then=Value("waiting")),
                When(some("failed"), then=Value("failed")),
                default=Value("waiting"),
                output_field=CharField(),
            )
        )
