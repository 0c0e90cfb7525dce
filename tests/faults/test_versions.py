"""Two people who save the same share at once (FAILURES B18): the second is told."""

from collections.abc import Callable
from functools import partial

import pytest

from accounts.errors import Stale
from tasks import locking
from tasks.changing import ShareChanges, change_share
from tasks.models import Task, TaskEvent
from tests.county import at
from tests.faults.counts import count
from tests.faults.racing import Job, racers, refusals
from tests.faults.villages import World

PAIRS = count(25, 1000)

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="B18 two save the same share")


def editors(world: World, task: Task, turn: int) -> list[Job]:
    """Both have read the same version, and change different words of it."""
    office = [world.county.coordinator, world.county.people["依法治县办-coordinator-2"]]
    return [
        partial(
            change_share,
            task.pk,
            ShareChanges(title=f"清理{turn}-{who}"),
            actor=actor,
            at=at(4, 1),
            version=task.version,
        )
        for who, actor in enumerate(office)
    ]


def lost_updates(world: World, pairs: int) -> int:
    """Changes that were accepted and that the next one overwrote without having read them."""
    lost = 0
    with racers(2) as threads:
        for turn in range(pairs):
            task = Task.objects.get(pk=world.shares[turn % len(world.shares)].pk)
            refused = refusals(threads.race(editors(world, task, turn)))
            lost += 1 - len(refused)
            for error in refused:
                assert isinstance(error, Stale)
            now = Task.objects.get(pk=task.pk)
            assert now.version == task.version + 2 - len(refused)
            told = now.events.filter(kind=TaskEvent.Kind.CHANGED).last()
            assert told is not None
            assert told.data["after"] == {"title": now.title}
    return lost


@fault
def test_the_second_of_two_editors_is_told(world: World, record_property: Say) -> None:
    lost = lost_updates(world, PAIRS)
    record_property("pairs", PAIRS)
    record_property("lost_updates", lost)
    assert lost == 0


@fault.with_args(control=True)
def test_control_without_versions_an_update_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    monkeypatch.setattr(locking, "require_version", lambda row, version: None)
    lost = lost_updates(world, 3)
    record_property("control_lost_updates", lost)
    assert lost == 3
