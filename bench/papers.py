"""What a ledger of 3,000 rows and a report of 60 pages cost in the queue: seconds, and memory.

    python -m config.local_services --data var/bench-services -- python -m bench.papers

100 key tasks, each led by the office's department with its own part, and shares of 28 townships
below it; each share with four approved reports; ten chapters of 3,700 characters, of which a page
holds 616. Made by the job's own function, the ledger as of today and as of the day before, on an
empty database beside the one that DATABASE_URL names. The memory is the most that the process ever
had, the making of the rows not among it: that is done by a child.
"""

import datetime as dt
import json
import os
import resource
import sys
import tempfile
import time
from decimal import Decimal
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["LUOSHI_PAPER_ROOT"] = tempfile.mkdtemp(prefix="luoshi-papers-")
django.setup()

from django.db import connection  # noqa: E402 - needs the settings
from django.utils import timezone  # noqa: E402

from accounts.directory import add_unit  # noqa: E402
from accounts.models import Unit  # noqa: E402
from bench.recording import record  # noqa: E402
from plans.models import Plan  # noqa: E402
from tasks.annual_document import Signature  # noqa: E402
from tasks.annual_draft import Place  # noqa: E402
from tasks.annual_report import Kind  # noqa: E402
from tasks.annual_writing import write_chapter  # noqa: E402
from tasks.api.paper_kinds import MAKERS  # noqa: E402
from tasks.models import Paper, ProgressReport, Task  # noqa: E402
from tasks.papers import ask_for_paper, make_due  # noqa: E402
from tests.county import START, at, due, issued_plan, item, make_county, owner  # noqa: E402

KEY_TASKS, TOWNS = 100, 28
MONTHS = (3, 6, 9, 12)
NARRATIVE = "组织排查矛盾纠纷并逐件建立台账，已化解大部分，其余落实包案领导和化解时限。" * 4
CHAPTER = "\n".join([NARRATIVE * 5] * 5)
MOST_SECONDS, MOST_MEGABYTES = 20, 500


def make_plan() -> None:
    county = make_county()
    town = county.unit("县")
    names = [f"第{number}镇" for number in range(TOWNS)]
    for name in names:
        county.units[name] = add_unit(name, Unit.Kind.TOWN, parent=town, valid_from=START)
    owners = [owner("司法局", "lead"), *(owner(name, "responsible") for name in names)]
    plan = issued_plan(
        county,
        *(
            item(f"{n}.", f"重点任务{n}", owners, due("2026-12-20"), f"第{n // 10 + 1}部分")
            for n in range(KEY_TASKS)
        ),
    )
    officer, head = county.officer("司法局"), county.coordinator
    shares = Task.objects.filter(plan=plan).values_list("pk", flat=True)
    ProgressReport.objects.bulk_create(
        ProgressReport(
            task_id=share,
            author=officer,
            percent=Decimal(10),
            narrative=NARRATIVE,
            state="approved",
            submitted_at=at(month, 10),
            decided_by=head,
            decided_at=at(month, 11),
        )
        for share in shares
        for month in MONTHS
    )

    for section in plan.sections.all():
        place = Place(Kind.MEASURES, section.pk)
        write_chapter(plan.pk, place, CHAPTER, seen=0, actor=head, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum would have by the morning


def made(kind: str, as_of: dt.date, asked: dict[str, Any]) -> dict[str, Any]:
    plan = Plan.objects.get()
    ask_for_paper(kind, plan, as_of=as_of, asked=asked, actor=plan.created_by, at=timezone.now())
    started, worked = time.perf_counter(), time.process_time()
    make_due(MAKERS, clock=timezone.now)
    seconds, own = time.perf_counter() - started, time.process_time() - worked
    paper = Paper.objects.latest("pk")
    if paper.state != Paper.State.MADE:
        raise SystemExit(paper.get_fault_display())
    return {
        "kind": kind,
        "as_of": as_of.isoformat(),
        "rows": paper.total,
        "seconds": round(seconds, 2),
        "of_the_processor": round(own, 2),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "file_bytes": paper.size,
    }


def in_a_child(work: Any) -> None:
    connection.close()
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("The plan could not be made.")


def main() -> None:
    own = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        in_a_child(make_plan)
        today = timezone.localdate()
        ledger = {"size": "A3", "filters": {}}
        report = {"annual_report": Signature("某县人民政府", today).kept()}
        found = [
            made(Paper.Kind.ANNUAL_REPORT, today, report),
            made(Paper.Kind.LEDGER, today, ledger),
            made(Paper.Kind.LEDGER, today - dt.timedelta(days=1), ledger),
        ]
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    record("papers", found)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    if any(row["seconds"] > MOST_SECONDS or row["megabytes"] > MOST_MEGABYTES for row in found):
        raise SystemExit(f"More than {MOST_SECONDS} s or {MOST_MEGABYTES} MB.")


if __name__ == "__main__":
    main()
