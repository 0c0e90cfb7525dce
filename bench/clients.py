"""Eight clients at once for a minute, at the web process as it is deployed.

    python -m config.local_services --data var/bench-services -- python -m bench.clients

The requests are those of ``bench.requests``, mixed, in a county of 100,000 shares; each client asks
again as soon as it is answered. What must hold whatever the machine: no answer but those asked for,
the slowest of a hundred at most ten times the median, and no more memory at the end than after the
first ten seconds. Figures go to ``bench/results.json``.
"""

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode, urlsplit

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
for kind in ("READ", "WRITE", "HEAVY", "ANONYMOUS"):
    os.environ[f"LUOSHI_{kind}_REQUESTS_PER_MINUTE"] = "0"
django.setup()

from django.db import connection  # noqa: E402 - needs the settings
from django.utils import timezone  # noqa: E402

from accounts.api.conditions import etag_of  # noqa: E402
from accounts.models import AccessToken, User  # noqa: E402
from accounts.tokens import make_token  # noqa: E402
from bench.recording import record  # noqa: E402
from bench.township import Township  # noqa: E402
from tasks.models import Task  # noqa: E402
from tests.api_requests import ROOT  # noqa: E402
from tests.story.processes import (  # noqa: E402  # noqa: E402
    answers,
    environment_of,
    free_port,
    start,
    stop,
    wait_for,
    web_command,
)

SHARES, CLIENTS, SECONDS, WARM_UP = 100_000, 8, 60, 10
#: As the Dockerfile starts it.
PROCESSES = ("--workers", "2", "--threads", "4")
#: How often each is asked for, of a hundred; the writes as long as there are rows for them.
MIX = {"a list": 50, "b share": 30, "e by unit": 12, "c approval": 5, "d break-down": 3}
REPORTS, UNDIVIDED = 250, 150


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    token: str
    etag: str = ""
    body: Any = None


@dataclass
class Requests:
    """``reads`` are asked again and again, each of ``writes`` once."""

    reads: dict[str, Asked]
    writes: dict[str, SimpleQueue[Asked]] = field(default_factory=dict)

    def next(self, chance: Random) -> tuple[str, Asked]:
        (name,) = chance.choices(list(MIX), list(MIX.values()))
        if name in self.reads:
            return name, self.reads[name]
        try:
            return name, self.writes[name].get_nowait()
        except Empty:
            return "a list", self.reads["a list"]


@dataclass
class Seen:
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)


def requests_of(house: Township) -> Requests:
    office, town = _token(house.office), _token(house.officer(house.town.name))
    decider, county = _token(house.head("组")), _token(house.officer("县"))
    words = {
        "subtree_of": house.town.pk,
        "open": "true",
        "next_due_on_after": timezone.localdate().isoformat(),
        "page_size": 50,
    }
    share = Task.objects.get(parent=house.roots[0], unit=house.town)
    reads = {
        "a list": Asked("GET", f"/tasks/?{urlencode(words)}", town),
        "b share": Asked("GET", f"/tasks/{share.pk}/", town),
        "e by unit": Asked("GET", f"/plans/{house.house.plan.pk}/completion/?by=unit", office),
    }
    found = Requests(reads, {"c approval": SimpleQueue(), "d break-down": SimpleQueue()})
    for report in [house.add_waiting_report() for _one in range(REPORTS)]:
        path = f"/reports/{report.pk}/approve/"
        found.writes["c approval"].put(Asked("POST", path, decider, etag_of(report), {}))
    parts = {"parts": [{"unit": unit.pk} for unit in house.towns]}
    for whole in [house.add_undivided() for _one in range(UNDIVIDED)]:
        path = f"/tasks/{whole.pk}/decompose/"
        found.writes["d break-down"].put(Asked("POST", path, county, etag_of(whole), parts))
    return found


def ask_until(ends: float, address: str, requests: Requests, seed: int) -> Seen:
    seen, chance = Seen(), Random(seed)  # noqa: S311 - a mix of requests
    line = HTTPConnection(urlsplit(address).netloc, timeout=30)
    while time.monotonic() < ends:
        name, asked = requests.next(chance)
        started = time.perf_counter()
        headers = {"Authorization": f"Token {asked.token}", "Content-Type": "application/json"}
        if asked.etag:
            headers["If-Match"] = asked.etag
        body = None if asked.body is None else json.dumps(asked.body)
        line.request(asked.method, ROOT + asked.path, body, headers)
        answer = line.getresponse()
        content = answer.read()
        seen.milliseconds[name].append(1000 * (time.perf_counter() - started))
        if answer.status >= 300:
            seen.wrong.append(f"{name}: {answer.status} {content.decode()[:200]}")
    return seen


@contextmanager
def web(work: Path) -> Iterator[tuple[str, int]]:
    """The address and the process id of the web process's master."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = start("web", web_command(port, *PROCESSES), environment_of(address), work)
    try:
        wait_for("the web process", lambda: answers(f"{address}/healthz/ready"))
        yield address, process.pid
    finally:
        stop(process)


def memory_of(master: int) -> float:
    """MB that the master and its workers hold for themselves."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    return sum(_own_memory(pid) for pid in (str(master), *children))


def _own_memory(pid: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def measure(address: str, master: int, requests: Requests) -> dict[str, Any]:
    ends = time.monotonic() + WARM_UP + SECONDS
    with ThreadPoolExecutor(CLIENTS) as clients:
        running = [
            clients.submit(ask_until, ends, address, requests, seed) for seed in range(CLIENTS)
        ]
        time.sleep(WARM_UP)
        before = memory_of(master)
        seen = [client.result() for client in running]
    every = sorted(ms for one in seen for row in one.milliseconds.values() for ms in row)
    by_kind = {
        name: sorted(ms for one in seen for ms in one.milliseconds[name]) for name in sorted(MIX)
    }
    return {
        "requests": len(every),
        "per second": len(every) / (WARM_UP + SECONDS),
        "wrong": [said for one in seen for said in one.wrong],
        "median": median(every),
        "p99": quantiles(every, n=100)[-1],
        "p99 to median": quantiles(every, n=100)[-1] / median(every),
        "memory before": before,
        "memory after": memory_of(master),
        "kinds": {name: [len(row), median(row), row[-1]] for name, row in by_kind.items() if row},
    }


def _token(user: User) -> str:
    scope = AccessToken.Scope.WRITE
    _row, token = make_token(user, name="bench", scope=scope, expiry=None, at=timezone.now())
    return token


def main() -> None:
    own = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        house = Township(timezone.localdate())
        requests = requests_of(house)
        house.grow_to(SHARES)
        house.settle()
        with tempfile.TemporaryDirectory() as work, web(Path(work)) as (address, master):
            found = measure(address, master, requests)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    record("clients", found)


if __name__ == "__main__":
    main()
