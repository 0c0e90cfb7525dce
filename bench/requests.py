"""What a request costs as the county grows: the API, through all of its middleware.

    python -m config.local_services --data var/bench-services -- python -m bench.requests

a. a page of 50 open shares of a township's part of the tree, due in a range, by their date;
b. a share with the chain above it and the shares below it;
c. the approval of a report five levels deep, with all that rolls up;
d. the break-down of a share to 39 townships in one call;
e. completion of a plan by unit.

Each on an empty database of its own beside the one that DATABASE_URL names. What is asked for stays
the same while the rest grows by tens; ``growth`` is the median against that of the smallest county.
Figures go to ``bench/results/requests.json``; the milliseconds are this machine's.
"""

import json
import os
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
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

from accounts.models import User  # noqa: E402
from bench.township import Township  # noqa: E402
from tasks.models import Task  # noqa: E402
from tests.api_requests import Api  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "requests.json"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: How often each request is made, after some that warm up.
TIMES, WARM_UP = 30, 3
OFTEN = TIMES + WARM_UP

COLUMNS = ("median", "p95", "limit", "ratio", "growth")

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


def measured(pair: Measured) -> dict[str, float]:
    """Milliseconds of both, asked in turns: medians and the 95th of a hundred; and their ratio."""
    seconds: dict[str, list[float]] = {"ours": [], "limit": []}
    for number, both in enumerate(zip(pair.ours, pair.limit, strict=True)):
        answers = [_timed(seconds[name], ask) for name, ask in zip(seconds, both, strict=True)]
        _require_same(answers[0], answers[1], pair.to_the_letter)
        if number < WARM_UP:
            for row in seconds.values():
                row.clear()
    ours, limit = (1000 * median(row) for row in seconds.values())
    return {
        "median": ours,
        "p95": 1000 * quantiles(seconds["ours"], n=20)[-1],
        "limit": limit,
        "ratio": ours / limit,
    }


def _timed(seconds: list[float], request: Request) -> Any:
    started = time.perf_counter()
    answer = request()
    seconds.append(time.perf_counter() - started)
    if answer.status_code >= 300:
        raise SystemExit(f"{answer.status_code}: {answer.content.decode()[:500]}")
    return answer.json()


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


def requests_of(house: Township) -> dict[str, Measured]:
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
    return {
        "a list": reading(town, "/tasks/", **page),
        "b share": reading(town, f"/tasks/{share.pk}/"),
        "c approval": _writing(decider, "/reports/{}/approve/", {}, house.add_waiting_report),
        "d break-down": _writing(county, "/tasks/{}/decompose/", parts, house.add_undivided),
        "e by unit": reading(office, plan, by="unit"),
    }


def reading(reader: User, path: str, **words: Any) -> Measured:
    ours, limit = (partial(api.get, path, **words) for api in (Api(reader), AtLimit(reader)))
    return Measured([ours] * OFTEN, [limit] * OFTEN)


def _writing(writer: User, path: str, body: Any, make: Callable[[], Any]) -> Measured:
    """Each write has a row of its own."""

    def requests(api: Api) -> list[Request]:
        rows = [make() for _one in range(OFTEN)]
        return [partial(api.post, path.format(row.pk), body, row=row) for row in rows]

    return Measured(requests(Api(writer)), requests(AtLimit(writer)), to_the_letter=False)


def at_size(house: Township, size: int) -> dict[str, dict[str, float]]:
    if size > house.count:
        house.grow_to(size)
    requests = requests_of(house)
    house.settle()
    found = {name: measured(pair) for name, pair in requests.items()}
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
    base = found[SIZES[0]]
    out(f"{'shares':>12}{'request':>16}" + "".join(f"{name:>12}" for name in COLUMNS) + "\n")
    for size, rows in found.items():
        for name, row in rows.items():
            row["growth"] = round(row["median"] / base[name]["median"], 2)
            cells = "".join(f"{row[key]:12.2f}" for key in COLUMNS)
            out(f"{size:12,}{name:>16}{cells}\n")


def main() -> None:
    own = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        house = Township(timezone.localdate())
        found = {}
        for size in SIZES:
            sys.stderr.write(f"{size:,} shares …\n")
            found[size] = at_size(house, size)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    print_table(found)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
