"""A feed that passes nothing over while transactions end in another order than they began.

An id is given when a row is written, and seen when its transaction is committed. One that took
its id first and is committed last is what a follower by ids alone never hears of.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from tasks.acknowledging import acknowledge
from tasks.models import Task, TaskEvent
from tests.api_requests import Api
from tests.county import County, at, due, issued_plan, item, make_county, owner
from tests.faults.racing import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="events committed in another order")

Follow = Callable[[], list[int]]


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture
def shares(county: County) -> list[Task]:
    """Two shares that wait to be signed for: 财政局's, and 甲镇's."""
    plan = issued_plan(
        county,
        item("(一)", "预算", [owner("财政局", "lead")], due("2026-09-30")),
        item("(二)", "普法", [owner("甲镇", "lead")], due("2026-09-30")),
    )
    return list(Task.objects.filter(plan=plan).select_related("unit").order_by("pk"))


def sign(county: County, share: Task) -> None:
    acknowledge(share.pk, actor=county.officer(share.unit.name), at=at(3, 3))


@contextmanager
def signing_for_long(county: County, share: Task) -> Iterator[None]:
    """Another transaction has written its event, and is committed when the block ends."""
    written, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                sign(county, share)
                written.set()
                assert may_end.wait(PATIENCE)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert written.wait(PATIENCE)
    try:
        yield
    finally:
        may_end.set()
        thread.join(PATIENCE)


def lost(county: County, shares: list[Task], follow: Follow) -> set[int]:
    """What a follower has not heard of once everything is committed."""
    heard = follow()
    with signing_for_long(county, shares[0]):
        sign(county, shares[1])
        heard += follow()
    heard += follow()
    assert len(heard) == len(set(heard))
    return set(TaskEvent.objects.values_list("pk", flat=True)) - set(heard)


def by_the_feed(county: County) -> Follow:
    office, cursor = Api(county.coordinator), None

    def follow() -> list[int]:
        nonlocal cursor
        answer = office.get("/events/", **({"after": cursor} if cursor else {})).json()
        cursor = answer["cursor"]
        return [row["id"] for row in answer["results"]]

    return follow


def by_ids() -> Follow:
    last = 0

    def follow() -> list[int]:
        nonlocal last
        found = list(
            TaskEvent.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        )
        last = max([last, *found])
        return found

    return follow


@fault
def test_nothing_is_passed_over(county: County, shares: list[Task]) -> None:
    assert lost(county, shares, by_the_feed(county)) == set()


@fault.with_args(control=True)
def test_control_by_ids_alone_a_row_is_lost(county: County, shares: list[Task]) -> None:
    (event,) = lost(county, shares, by_ids())
    assert TaskEvent.objects.get(pk=event).task_id == shares[0].pk


@fault
def test_what_is_not_settled_waits_and_keeps_its_place(county: County, shares: list[Task]) -> None:
    follow = by_the_feed(county)
    assert len(follow()) == len(shares)
    with signing_for_long(county, shares[0]):
        sign(county, shares[1])
        assert follow() == []
    told = TaskEvent.objects.filter(pk__in=follow()).order_by("transaction", "id")
    assert [event.task_id for event in told] == [shares[0].pk, shares[1].pk]
