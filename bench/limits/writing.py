"""The approval of a report with its roll-up, and the break-down of a share."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone

from bench.limits.reading import share_in_full
from bench.limits.rows import (
    VISIBLE,
    Found,
    answer,
    day,
    holds,
    instant,
    posts_of,
    rows_of,
    run,
    sight_of,
)
from tasks.history import STANDING, plain

# c. The approval of a report

HOLD_PLAN = "SELECT state FROM plans_plan WHERE id = %(plan)s FOR SHARE"
LOCK_CHAIN = """
    SELECT t.*, p.issuing_unit_id, p.decided_by AS plan_decided_by
    FROM tasks_task t JOIN plans_plan p ON p.id = t.plan_id
    WHERE t.id = ANY(%(ids)s) ORDER BY t.depth DESC, t.id FOR NO KEY UPDATE OF t
"""
LOCK_REPORT = """
    SELECT r.*, a.name AS author_name, tu.id AS unit_id, tu.name AS unit_name, t.title
    FROM tasks_progressreport r
    JOIN accounts_user a ON a.id = r.author_id
    JOIN tasks_task t ON t.id = r.task_id JOIN accounts_unit tu ON tu.id = t.unit_id
    WHERE r.id = %(pk)s FOR NO KEY UPDATE OF r
"""
DECIDE = """
    UPDATE tasks_progressreport
    SET state = 'approved', decided_by_id = %(user)s, decided_at = %(at)s, version = version + 1
    WHERE id = %(pk)s
"""
FIGURES = """
    SELECT indicator_id AS indicator, value::text FROM tasks_indicatorvalue
    WHERE report_id = %(pk)s ORDER BY id
"""
BELOW = """
    SELECT id, parent_id, weight, completion FROM tasks_task
    WHERE parent_id = ANY(%(ids)s) AND role <> 'supporting'
      AND state NOT IN ('cancelled', 'suspended') AND deadline_kind <> 'ongoing'
"""
ROLL_UP = """
    UPDATE tasks_task SET completion = found.completion
    FROM unnest(%(ids)s::bigint[], %(figures)s::numeric[]) AS found(id, completion)
    WHERE tasks_task.id = found.id
"""
TAKE_OVER = """
    UPDATE tasks_task SET reported_percent = %(percent)s, version = version + 1 WHERE id = %(pk)s
"""
EVENT = """
    INSERT INTO tasks_taskevent
        (task_id, kind, actor_id, at, from_state, to_state, reason, data, standing)
    SELECT task_id, %(kind)s, %(user)s, %(at)s, from_state, to_state, '', data, standing
    FROM unnest(%(tasks)s::bigint[], %(before)s::text[], %(after)s::text[], %(data)s::jsonb[],
                %(standing)s::jsonb[]) AS e(task_id, from_state, to_state, data, standing)
"""


def standing_of(row: Found) -> str:
    return json.dumps({name: plain(row[name]) for name in STANDING})


def approve(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    _report_id, version = map(int, request.headers["If-Match"].strip('"').split("-"))
    posts = posts_of(request, on)
    with transaction.atomic():
        sql = (
            "SELECT t.id, t.plan_id, t.ancestors FROM tasks_progressreport r"
            f" JOIN tasks_task t ON t.id = r.task_id WHERE r.id = %(pk)s AND {VISIBLE}"
        )
        (place,) = rows_of(sql, pk=pk, **sight_of(posts))
        run(HOLD_PLAN, plan=place["plan_id"])
        chain = rows_of(LOCK_CHAIN, ids=[place["id"], *place["ancestors"]])
        (report,) = rows_of(LOCK_REPORT, pk=pk)
        if not _may_approve(request, report, chain, posts, version):
            return HttpResponseForbidden()
        _approve(request, report, chain, at)
    return answer(_report_as_json(request, report, at))


def _may_approve(
    request: HttpRequest, report: Found, chain: list[Found], posts: Any, version: int
) -> bool:
    task, parent = chain[0], chain[1]
    by_office = task["depth"] == 1 and task["plan_decided_by"] == "office"
    unit = task["issuing_unit_id"] if by_office else parent["unit_id"]
    roles = ["head", "coordinator"] if unit == task["issuing_unit_id"] else ["head"]
    waits = report["state"] == "submitted" and report["version"] == version
    return waits and report["author_id"] != request.user.pk and holds(posts, unit, *roles)


def _approve(request: HttpRequest, report: Found, chain: list[Found], at: dt.datetime) -> None:
    task = chain[0]
    run(DECIDE, pk=report["id"], user=request.user.pk, at=at)
    run(TAKE_OVER, pk=task["id"], percent=report["percent"])
    task["reported_percent"] = report["percent"]
    _roll_up(chain)
    hashes = rows_of("SELECT sha256 FROM tasks_evidence WHERE report_id = %(pk)s", pk=report["id"])
    data = {
        "report": report["id"],
        "percent": str(report["percent"]),
        "state": "approved",
        "evidence": [row["sha256"] for row in hashes],
    }
    _record(request, "approved", [task], [task["state"]], at, [json.dumps(data)])


def _roll_up(chain: list[Found]) -> None:
    below: dict[int, list[Found]] = {row["id"]: [] for row in chain}
    held = {row["id"]: row for row in chain}
    for child in rows_of(BELOW, ids=list(below)):
        below[child["parent_id"]].append(held.get(child["id"], child))
    for row in chain:
        row["completion"] = _completion(row, below[row["id"]])
    figures = [row["completion"] for row in chain]
    run(ROLL_UP, ids=[row["id"] for row in chain], figures=figures)


def _completion(row: Found, below: list[Found]) -> Decimal:
    if not below:
        figure: Decimal = row["reported_percent"]
        return figure
    weight = sum(child["weight"] for child in below)
    total: Decimal = sum((child["weight"] * child["completion"] for child in below), Decimal(0))
    mean: Decimal = total / weight
    return min(mean, Decimal(99)).quantize(Decimal("0.000001"))


def _record(
    request: HttpRequest,
    kind: str,
    rows: list[Found],
    before: list[str],
    at: dt.datetime,
    data: list[str],
) -> None:
    run(
        EVENT,
        kind=kind,
        user=request.user.pk,
        at=at,
        tasks=[row["id"] for row in rows],
        before=before,
        after=[row["state"] for row in rows],
        data=data,
        standing=[standing_of(row) for row in rows],
    )


def _report_as_json(request: HttpRequest, report: Found, at: dt.datetime) -> Found:
    return {
        "id": report["id"],
        "task": {
            "id": report["task_id"],
            "title": report["title"],
            "unit": {"id": report["unit_id"], "name": report["unit_name"]},
        },
        "author": {"id": report["author_id"], "name": report["author_name"]},
        "percent": str(report["percent"]),
        "completes": report["completes"],
        "no_change": report["no_change"],
        "narrative": report["narrative"],
        "period_end": day(report["period_end"]),
        "state": "approved",
        "submitted_at": instant(report["submitted_at"]),
        "decided_by": {"id": request.user.pk, "name": request.user.name},  # type: ignore[union-attr]
        "decided_at": instant(at),
        "reason": "",
        "version": report["version"] + 1,
        "steps": [],
        "figures": rows_of(FIGURES, pk=report["id"]),
        "actions": [],
    }


# d. The break-down of a share

REACHED = """
    SELECT u.id, u.name FROM accounts_unit u, accounts_unit top
    WHERE top.id = %(unit)s AND u.id = ANY(%(wanted)s) AND u.valid_from <= %(on)s
      AND (u.valid_to IS NULL OR u.valid_to >= %(on)s)
      AND (u.ancestors LIKE top.ancestors || top.id || '/%%' OR %(root)s AND u.id IN (
          SELECT unit_id FROM plans_plan_recipients WHERE plan_id = %(plan)s))
"""
TAKEN = """
    SELECT FROM tasks_task WHERE key_task_id = %(key_task)s AND state <> 'cancelled'
      AND (unit_id = ANY(%(wanted)s) AND NOT is_own_part OR parent_id = %(pk)s AND is_own_part)
"""
MAKE = """
    INSERT INTO tasks_task (plan_id, key_task_id, parent_id, ancestors, depth, unit_id,
        issued_to_id, role, is_own_part, title, deadline_kind, deadline_text, due_on, next_due_on,
        steps_total, steps_closed, deadline_version, weight, rollup, state, reported_percent,
        completion, reporting_period, light_set, issued_at, version)
    SELECT t.plan_id, t.key_task_id, t.id, t.ancestors || t.id, t.depth + 1, unit, unit,
        'responsible', false, t.title, t.deadline_kind, t.deadline_text, t.due_on, t.due_on, 0, 0,
        1, 1, 'average', 'issued', 0, 0, t.reporting_period, '', %(at)s, 1
    FROM tasks_task t, unnest(%(wanted)s::bigint[]) WITH ORDINALITY AS chosen(unit, place)
    WHERE t.id = %(pk)s ORDER BY place
    RETURNING *
"""
SEND_TO = """
    INSERT INTO plans_plan_recipients (plan_id, unit_id)
    SELECT %(plan)s, unnest(%(wanted)s::bigint[]) ON CONFLICT DO NOTHING
"""
NEXT_VERSION = "UPDATE tasks_task SET version = version + 1 WHERE id = %(pk)s"


def break_down(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    _pk, version = map(int, request.headers["If-Match"].strip('"').split("-"))
    wanted = [part["unit"] for part in json.loads(request.body)["parts"]]
    posts = posts_of(request, on)
    with transaction.atomic():
        sql = f"SELECT plan_id, ancestors FROM tasks_task t WHERE id = %(pk)s AND {VISIBLE}"
        (place,) = rows_of(sql, pk=pk, **sight_of(posts))
        run(HOLD_PLAN, plan=place["plan_id"])
        run("SELECT pg_advisory_xact_lock(1, %(plan)s)", plan=place["plan_id"])
        chain = rows_of(LOCK_CHAIN, ids=[pk, *place["ancestors"]])
        task = chain[0]
        if task["version"] != version or not holds(posts, task["unit_id"], "officer", "head"):
            return HttpResponseForbidden()
        _make_below(request, chain, wanted, at)
    return answer(share_in_full(request, pk, on, posts), status=201)


def _make_below(
    request: HttpRequest, chain: list[Found], wanted: list[int], at: dt.datetime
) -> None:
    task = chain[0]
    where = {"on": timezone.localdate(at), "unit": task["unit_id"], "plan": task["plan_id"]}
    reached = rows_of(REACHED, wanted=wanted, root=task["depth"] == 0, **where)
    taken = rows_of(TAKEN, pk=task["id"], key_task=task["key_task_id"], wanted=wanted)
    if len(reached) != len(wanted) or taken:
        raise ValueError("these units cannot be given a share")
    steps = "SELECT label FROM tasks_step WHERE task_id = %(pk)s AND closed_on IS NULL"
    if rows_of(steps, pk=task["id"]):
        raise ValueError("shares of the bench have no steps")
    made = rows_of(MAKE, pk=task["id"], wanted=wanted, at=at)
    _record(request, "issued", made, [""] * len(made), at, ["{}"] * len(made))
    run(SEND_TO, plan=task["plan_id"], wanted=wanted)
    run(NEXT_VERSION, pk=task["id"])
    _roll_up(chain)
    names = {row["id"]: row["name"] for row in reached}
    units = json.dumps({"units": [names[unit] for unit in wanted]}, ensure_ascii=False)
    _record(request, "decomposed", [task], [task["state"]], at, [units])
