"""What a request costs as the county grows: the API, through all of its middleware.

    python -m config.local_services --data var/bench-services -- \
      python -m bench.requests [--times N] [SHARES ...]

a. a page of 50 open shares of a township's part of the tree, due in a range, by their date;
b. a share with the chain above it and the shares below it;
c. the approval of a report five levels deep, with all that rolls up;
d. the break-down of a share to 39 townships in one call;
e. completion of a plan by unit.

Each on an empty database of its own beside the one that DATABASE_URL names. What is asked for stays
the same while the rest grows by tens; ``growth`` is the median against that of the smallest county,
``ratio`` the median against that of the limit, and ``psycopg`` what the driver and PostgreSQL took
of the limit.
Figures go to ``bench/results.json``; the milliseconds are this machine's.
"""

import json
import os
import sys
import time
from argparse import ArgumentParser
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["LUOSHI_ALLOWED_HOSTS"] = "testserver"
for kind in ("READ", "WRITE", "HEAVY", "ANONYMOUS"):
    os.environ[f"LUOSHI_{kind}_REQUESTS_PER_MINUTE"] = "0"
django.setup()
# The API, and beside it what it is held against.
settings.ROOT_URLCONF = "bench.limits.urls"

from django.db import connection  # noqa: E402 - needs the settings
from django.utils import timezone  # noqa: E402
from tqdm import tqdm  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.recording import record  # noqa: E402
from bench.township import Township  # noqa: E402
from tasks.models import Task  # noqa: E402
from tests.api_requests import Api  # noqa: E402

SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: How often each request is made, after some that warm up.
TIMES, WARM_UP = 30, 3

COLUMNS = ("median", "p95", "limit", "psycopg", "ratio", "growth")

#: Makes the request once; what must be made ready for each is made before.
Request = Callable[[], Any]


class AtLimit(Api):
    """One person at the views of ``bench.limits``."""

    root = "/limit"


@dataclass(frozen=True)
class Measured:
    """``ours`` is the API's request, ``limit`` the same by ``bench.limits``."""

    ours: list[Request]
    limit: list[Request]
    #: Whether both must answer the same word for word; else only what is no id and no instant.
    to_the_letter: bool = True


class Statements:
    """What psycopg took of a request: the seconds of its statements, rows read included."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *words: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*words)
        finally:
            self.seconds += time.perf_counter() - started


def measured(pair: Measured, name: str) -> dict[str, float]:
    """Milliseconds of both, asked in turns: medians and the 95th of a hundred; and their ratio."""
    ours, limit, psycopg = [], [], []
    turns = tqdm(zip(pair.ours, pair.limit, strict=True), name, len(pair.ours), leave=False)
    for number, (ask, ask_limit) in enumerate(turns):
        answer, taken = _timed(ask)
        statements = Statements()
        with connection.execute_wrapper(statements):
            answer_of_limit, taken_by_limit = _timed(ask_limit)
        _require_same(answer, answer_of_limit, pair.to_the_letter)
        if number >= WARM_UP:
            ours.append(1000 * taken)
            limit.append(1000 * taken_by_limit)
            psycopg.append(1000 * statements.seconds)
    return {
        "median": median(ours),
        "p95": quantiles(ours, n=20)[-1],
        "limit": median(limit),
        "psycopg": median(psycopg),
        "ratio": median(ours) / median(limit),
    }


def _timed(request: Request) -> tuple[Any, float]:
    """The answer, and its seconds."""
    started = time.perf_counter()
    answer = request()
    taken = time.perf_counter() - started
    if answer.status_code >= 300:
        raise SystemExit(f"{answer.status_code}: {answer.content.decode()[:500]}")
    return answer.json(), taken


def _require_same(ours: Any, limit: Any, to_the_letter: bool) -> None:
    if isinstance(ours.get("next"), str):  # the address of the next page, and what it says
        cursor = parse_qs(urlsplit(ours["next"]).query)["after"][0]
        ours["next"] = json.loads(urlsafe_b64decode(cursor + "=="))
    if not to_the_letter:
        ours, limit = _without_ids(ours), _without_ids(limit)
    if ours != limit:
        raise SystemExit(f"The limit answers something else:\n{ours}\n{limit}")


def _without_ids(found: Any) -> Any:
    if isinstance(found, dict):
        return {
            name: _without_ids(value)
            for name, value in found.items()
            if name not in {"id", "key", "parent", "task", "key_task", "title"}
            and not name.endswith("_at")
        }
    return [_without_ids(one) for one in found] if isinstance(found, list) else found


def requests_of(house: Township, often: int) -> dict[str, Measured]:
    office, town = house.office, house.officer(house.town.name)
    decider, county = house.head("组"), house.officer("县")
    page = {
        "subtree_of": house.town.pk,
        "open": "true",
        "next_due_on_after": timezone.localdate().isoformat(),
        "page_size": 50,
    }
    share = Task.objects.get(parent=house.roots[0], unit=house.town)
    plan = f"/plans/{house.house.plan.pk}/completion/"
    parts = {"parts": [{"unit": unit.pk} for unit in house.towns]}
    # Each write, and the limit's beside it, has a row of its own.
    reports, undivided = (
        [(make(), make()) for _one in range(often)]
        for make in (house.add_waiting_report, house.add_undivided)
    )
    return {
        "a list": reading(often, town, "/tasks/", **page),
        "b share": reading(often, town, f"/tasks/{share.pk}/"),
        "c approval": _writing(decider, "/reports/{}/approve/", {}, reports),
        "d break-down": _writing(county, "/tasks/{}/decompose/", parts, undivided),
        "e by unit": reading(often, office, plan, by="unit"),
    }


def reading(often: int, reader: User, path: str, **words: Any) -> Measured:
    ours, limit = (partial(api.get, path, **words) for api in (Api(reader), AtLimit(reader)))
    return Measured([ours] * often, [limit] * often)


def _writing(writer: User, path: str, body: Any, rows: list[tuple[Any, Any]]) -> Measured:
    def requests(api: Api, rows: Iterable[Any]) -> list[Request]:
        return [partial(api.post, path.format(row.pk), body, row=row) for row in rows]

    ours, limit = zip(*rows, strict=True)
    return Measured(
        requests(Api(writer), ours), requests(AtLimit(writer), limit), to_the_letter=False
    )


def at_size(house: Township, size: int, times: int) -> dict[str, dict[str, float]]:
    if size > house.count:
        house.grow_to(size)
    requests = requests_of(house, times + WARM_UP)
    house.settle()
    found = {name: measured(pair, name) for name, pair in requests.items()}
    # What was asked for must be the same the next time.
    _remove_since(house)
    return found


def _remove_since(house: Township) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        extra = Task.objects.filter(key_task__plan=house.house.plan).exclude(
            key_task__in=[root.key_task_id for root in house.roots]
        )
        keys = list(extra.values_list("pk", flat=True))
        for table in ("tasks_taskevent", "tasks_progressreport"):
            cursor.execute(f"DELETE FROM {table} WHERE task_id = ANY(%s)", [keys])  # noqa: S608
        cursor.execute("DELETE FROM tasks_task WHERE id = ANY(%s)", [keys])
        cursor.execute("SET session_replication_role = DEFAULT")


def print_table(found: dict[int, dict[str, dict[str, float]]]) -> None:
    out = sys.stdout.write
    base = next(iter(found.values()))
    out(f"{'shares':>12}{'request':>16}" + "".join(f"{name:>12}" for name in COLUMNS) + "\n")
    for size, rows in found.items():
        for name, row in rows.items():
            row["growth"] = round(row["median"] / base[name]["median"], 2)
            cells = "".join(f"{row[key]:12.2f}" for key in COLUMNS)
            out(f"{size:12,}{name:>16}{cells}\n")


def main(sizes: list[int], times: int) -> None:
    own = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        house = Township(timezone.localdate())
        found = {}
        for size in tqdm(sizes, "counties"):
            found[size] = at_size(house, size, times)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    print_table(found)
    record("requests", found)


if __name__ == "__main__":
    words = ArgumentParser(description="What a request costs as the county grows.")
    words.add_argument("shares", nargs="*", type=int, default=SIZES)
    words.add_argument("--times", type=int, default=TIMES)
    asked = words.parse_args()
    main(asked.shares, asked.times)
