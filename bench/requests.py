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
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["LUOSHI_ALLOWED_HOSTS"] = "testserver"
for kind in ("READ", "WRITE", "HEAVY", "ANONYMOUS"):
    os.environ[f"LUOSHI_{kind}_REQUESTS_PER_MINUTE"] = "0"
django.setup()

from django.db import connection  # noqa: E402 - needs the settings
from django.utils import timezone  # noqa: E402

from bench.township import Township  # noqa: E402
from tasks.models import ProgressReport, Task  # noqa: E402
from tests.api_requests import Api  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "requests.json"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: How often each request is made, after some that warm up.
TIMES, WARM_UP = 30, 3

#: Makes the request once; what must be made ready for each is made before.
Request = Callable[[], Any]


def measured(requests: list[Request]) -> dict[str, float]:
    """Milliseconds: the median and the 95th of a hundred."""
    seconds = []
    for number, request in enumerate(requests):
        started = time.perf_counter()
        answer = request()
        seconds.append(time.perf_counter() - started)
        if answer.status_code >= 300:
            raise SystemExit(f"{answer.status_code}: {answer.content.decode()[:500]}")
        if number < WARM_UP:
            seconds.clear()
    return {"median": 1000 * median(seconds), "p95": 1000 * quantiles(seconds, n=20)[-1]}


def requests_of(house: Township) -> dict[str, list[Request]]:
    often = TIMES + WARM_UP
    office, town = Api(house.office), Api(house.officer(house.town.name))
    decider, county = Api(house.head("组")), Api(house.officer("县"))
    page = {
        "subtree_of": house.town.pk,
        "open": "true",
        "next_due_on_after": timezone.localdate().isoformat(),
        "page_size": 50,
    }
    share = Task.objects.get(parent=house.roots[0], unit=house.town)
    reports = [house.add_waiting_report() for _one in range(often)]
    whole = [house.add_undivided() for _one in range(often)]
    return {
        "a list": [lambda: town.get("/tasks/", **page)] * often,
        "b share": [lambda: town.get(f"/tasks/{share.pk}/", expand="children,key_task")] * often,
        "c approval": [partial(_approve, decider, row) for row in reports],
        "d break-down": [partial(_break_down, county, row, house) for row in whole],
        "e by unit": [lambda: office.get(f"/plans/{house.house.plan.pk}/completion/", by="unit")]
        * often,
    }


def _approve(decider: Api, report: ProgressReport) -> Any:
    return decider.post(f"/reports/{report.pk}/approve/", {}, row=report)


def _break_down(county: Api, share: Task, house: Township) -> Any:
    body = {"parts": [{"unit": unit.pk} for unit in house.towns]}
    return county.post(f"/tasks/{share.pk}/decompose/", body, row=share)


def at_size(house: Township, size: int) -> dict[str, dict[str, float]]:
    if size > house.count:
        house.grow_to(size)
    requests = requests_of(house)
    house.settle()
    found = {name: measured(several) for name, several in requests.items()}
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
    out(f"{'shares':>12}{'request':>16}{'median ms':>12}{'p95 ms':>12}{'growth':>12}\n")
    for size, rows in found.items():
        for name, row in rows.items():
            row["growth"] = round(row["median"] / base[name]["median"], 2)
            cells = "".join(f"{row[key]:12.2f}" for key in ("median", "p95", "growth"))
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
