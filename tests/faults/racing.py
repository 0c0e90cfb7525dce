"""Threads that start together, each with a database connection of its own."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from accounts.errors import Refusal

Job = Callable[[], object]
Outcome = BaseException | None

#: Seconds after which a thread that waits for the others gives up: a test never hangs.
PATIENCE = 30


@dataclass(frozen=True)
class Racers:
    """``count`` threads that keep their connections from race to race."""

    count: int
    pool: ThreadPoolExecutor

    def race(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Runs as many jobs as there are threads at once; what each of them raised."""
        assert len(jobs) == self.count
        together = threading.Barrier(self.count)

        def run(job: Job) -> Outcome:
            try:
                together.wait(timeout=PATIENCE)
                job()
            except Exception as error:
                return error
            return None

        return list(self.pool.map(run, jobs))


@contextmanager
def racers(count: int) -> Iterator[Racers]:
    with ThreadPoolExecutor(count) as pool:
        found = Racers(count, pool)
        try:
            yield found
        finally:
            # Each thread waits for the others, so each runs one job: its own connection closes.
            found.race([lambda: connection.close()] * count)


def at_once(jobs: Sequence[Job]) -> list[Outcome]:
    """One race of as many threads as there are jobs."""
    with racers(len(jobs)) as threads:
        return threads.race(jobs)


def refusals(outcomes: Sequence[Outcome]) -> list[Refusal]:
    """The losers that were answered in a sentence; anything else that was raised is a bug."""
    lost = [outcome for outcome in outcomes if outcome is not None]
    bugs = [error for error in lost if not isinstance(error, Refusal)]
    if bugs:
        raise bugs[0]
    return [error for error in lost if isinstance(error, Refusal)]


def bugs_among(outcomes: Sequence[Outcome]) -> int:
    """How many were answered with an error that nobody foresaw: a 500."""
    return sum(not isinstance(outcome, Refusal | None) for outcome in outcomes)
