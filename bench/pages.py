"""The first view of a plan with 5,000 shares, and what the pages beside it cost.

    python -m config.local_services --data var/bench-services -- python -m bench.pages

125 key tasks of 39 townships under a lead, each through all of the middleware, for the office and
for one township. Milliseconds of this machine, the first request (after one to another page, so
that code and templates are loaded) and the median of the rest; bytes of HTML as it is sent.
Figures go to ``bench/results.json``.
"""

import os
import sys
import time
from statistics import median
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["LUOSHI_ALLOWED_HOSTS"] = "testserver"
for kind in ("READ", "WRITE", "HEAVY", "ANONYMOUS"):
    os.environ[f"LUOSHI_{kind}_REQUESTS_PER_MINUTE"] = "0"
django.setup()

from django.db import connection  # noqa: E402 - needs the settings
from django.urls import reverse  # noqa: E402

from accounts.directory import add_person, add_unit, grant_role  # noqa: E402
from accounts.models import Membership, Unit  # noqa: E402
from bench.recording import record  # noqa: E402
from plans.models import Plan  # noqa: E402
from tasks.models import Task  # noqa: E402
from tests.county import (  # noqa: E402
    START,
    County,
    due,
    issued_plan,
    item,
    make_county,
    owner,
)
from tests.page_requests import browser  # noqa: E402

KEY_TASKS, TOWNS = 125, 38
TIMES = 10


def make_plan(county: County) -> Plan:
    for number in range(TOWNS):
        town = f"第{number}镇"
        county.units[town] = add_unit(
            town, Unit.Kind.TOWN, parent=county.unit("县"), valid_from=START
        )
    owners = [
        owner("司法局", "lead"),
        *(owner(f"第{number}镇", "responsible") for number in range(TOWNS)),
    ]
    items = (
        item(f"({n})", f"推进第{n}项重点工作", owners, due("2027-12-31"), f"第{n // 25}章")
        for n in range(KEY_TASKS)
    )
    return issued_plan(county, *items)


def measured(client: Any, path: str) -> tuple[float, float, int]:
    seconds = []
    for _turn in range(TIMES):
        started = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return 1000 * seconds[0], 1000 * median(seconds[1:]), len(answer.content)


def pages_of(plan: Plan) -> dict[str, str]:
    key_task = plan.key_tasks.order_by("position")[0]
    return {
        "plan": reverse("plan", args=[plan.pk]),
        "plan, all unfolded": reverse("plan", args=[plan.pk]) + "?depth=5",
        "one branch": reverse("branch", args=[key_task.pk]),
        "time line": reverse("plan-timeline", args=[plan.pk]),
        "completion by section": reverse("completion", args=[plan.pk]),
        "completion by unit": reverse("completion", args=[plan.pk]) + "?by=unit",
    }


def main() -> None:
    own = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        county = make_county()
        plan = make_plan(county)
        officer = add_person("officer", name="officer", email="")
        grant_role(officer, county.unit("第0镇"), Membership.Role.OFFICER, valid_from=START)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        out = sys.stdout.write
        out(f"{Task.objects.filter(plan=plan).count():,} shares\n")
        out(f"{'reader':10}{'page':24}{'first ms':>10}{'median ms':>11}{'bytes':>12}\n")
        found: dict[str, dict[str, dict[str, float]]] = {}
        for who, person in (("office", county.coordinator), ("township", officer)):
            client = browser(person, language="zh-hans")
            client.get(reverse("plans"))
            for name, path in pages_of(plan).items():
                first, later, size = measured(client, path)
                out(f"{who:10}{name:24}{first:10.0f}{later:11.0f}{size:12,}\n")
                row = {"first": first, "median": later, "bytes": size}
                found.setdefault(who, {})[name] = row
        record("pages", found)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)


if __name__ == "__main__":
    main()
