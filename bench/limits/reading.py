"""A page of a list, and a share with its chain and children."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bench.limits.rows import (
    SHARE,
    VISIBLE,
    Found,
    answer,
    day,
    holds,
    posts_of,
    rows_of,
    share_as_json,
    sight_of,
)

# a. A page of a list

PAGE = f"""
    {SHARE}
    WHERE t.state IN ('issued', 'objected', 'acknowledged', 'submitted')
      AND t.next_due_on >= %(after)s
      AND t.unit_id IN (
          SELECT u.id FROM accounts_unit u JOIN accounts_unit top ON top.id = %(top)s
          WHERE u.id = top.id OR u.ancestors LIKE top.ancestors || top.id || '/%%'
      )
      AND {VISIBLE}
    ORDER BY t.next_due_on, t.id
    LIMIT %(size)s + 1
"""


def list_page(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    size = int(request.GET["page_size"])
    found = rows_of(
        PAGE,
        after=request.GET["next_due_on_after"],
        top=int(request.GET["subtree_of"]),
        size=size,
        **sight_of(posts_of(request, on)),
    )
    rows = [share_as_json(row, on) for row in found[:size]]
    last = rows[-1] if len(found) > size else None
    after = last and [last["next_due_on"], last["id"]]
    return answer({"count": None, "next": after, "results": rows})


# b. A share with its chain and children

CHAIN = """
    SELECT t.depth AS level, t.title, u.id AS unit_id, u.name, t.deadline_kind, t.deadline_text,
           t.due_on
    FROM tasks_task t JOIN accounts_unit u ON u.id = t.unit_id
    WHERE t.id = ANY(%(ids)s) ORDER BY t.depth
"""
AROUND = """
    SELECT p.unit_id AS parent_unit, pu.name AS parent_name, o.id AS office, o.name AS office_name,
           EXISTS (SELECT FROM tasks_progressreport
                   WHERE task_id = t.id AND state = 'submitted') AS report_waits,
           EXISTS (SELECT FROM tasks_extensionrequest
                   WHERE task_id = t.id AND state = 'submitted') AS request_waits
    FROM tasks_task t
    JOIN plans_plan ON plans_plan.id = t.plan_id
    JOIN accounts_unit o ON o.id = plans_plan.issuing_unit_id
    LEFT JOIN tasks_task p ON p.id = t.parent_id
    LEFT JOIN accounts_unit pu ON pu.id = p.unit_id
    WHERE t.id = %(pk)s
"""
CHILDREN = f"{SHARE} WHERE t.parent_id = %(pk)s ORDER BY u.depth, u.position, t.id"
AVERAGE = "Average of the counting shares below; at most 99 until it is closed."
OWN = "The percent last approved; 100 only when it is closed."


def one_share(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    return answer(share_in_full(request, pk, on))


def share_in_full(request: HttpRequest, pk: int, on: dt.date, posts: Any = None) -> Found:
    posts = posts_of(request, on) if posts is None else posts
    (row,) = rows_of(f"{SHARE} WHERE t.id = %(pk)s AND {VISIBLE}", pk=pk, **sight_of(posts))
    (around,) = rows_of(AROUND, pk=pk)
    chain = rows_of(CHAIN, ids=row["ancestors"]) if row["ancestors"] else []
    children = rows_of(CHILDREN, pk=pk)
    by_office = row["depth"] == 0 or (row["depth"] == 1 and row["plan_decided_by"] == "office")
    decider = (
        {"id": around["office"], "name": around["office_name"]}
        if by_office
        else {"id": around["parent_unit"], "name": around["parent_name"]}
    )
    return {
        **share_as_json(row, on),
        "steps": [],
        "missing_reports": [],
        "chain": [_above(one) for one in chain],
        "children": [share_as_json(child, on) for child in children],
        "completion_rule": AVERAGE if children else OWN,
        "decided_by": decider,
        "actions": _actions(row, around, decider["id"], posts, on),
    }


def _above(row: Found) -> Found:
    return {
        "level": row["level"],
        "title": row["title"],
        "unit": {"id": row["unit_id"], "name": row["name"]},
        "deadline_kind": row["deadline_kind"],
        "deadline_text": row["deadline_text"],
        "due_on": day(row["due_on"]),
    }


def _actions(
    row: Found, around: Found, decider: int, posts: Sequence[Found], on: dt.date
) -> list[str]:
    """As far as the shares of the bench go: issued or signed for, with a date still to come."""
    office, found = around["office"], []
    works = holds(posts, row["unit_id"], "officer", "head")
    coordinates = holds(posts, office, "coordinator")
    is_above = coordinates or (
        around["parent_unit"] is not None and holds(posts, around["parent_unit"], "officer", "head")
    )
    decides = holds(posts, decider, "head") or (decider == office and coordinates)
    if works and row["state"] == "issued":
        found += ["acknowledge", "object"]
    if works and row["state"] == "acknowledged":
        found += ["decompose"] * (row["depth"] < 4) + ["report"] * (not around["report_waits"])
        found += ["ask_extension"] * (on <= row["due_on"] and not around["request_waits"])
    found += ["urge"] * (is_above or decides)
    found += ["issue_notice"] * (coordinates or holds(posts, decider, "head"))
    found += ["change", "move"] * is_above
    found += ["reassign", "set_light"] * decides
    found += ["cancel"] * (is_above and row["depth"] > 0)
    return found
