"""The machinery of the permission matrix: who asks, for which row, and what came of it.

The table itself, and what its letters mean, stands in ``tests/test_permissions.py``.
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.api.conditions import etag_of
from accounts.directory import add_person, add_unit, grant_role
from accounts.models import AccessToken, Membership, Unit, User
from plans.sources import bind_source, keep_source
from tasks.api.paper_kinds import MAKERS
from tasks.evidence import attach
from tasks.models import Paper
from tasks.papers import ask_for_paper, make_due
from tasks.progress import Said, save_draft
from tests.api_requests import session_of
from tests.api_world import ApiWorld, day_in
from tests.county import START
from tests.filled_sheets import filled_for
from tests.form_bodies import RULES, SETTINGS, contents_of_indicators
from tests.many_rows import contents_for_many
from tests.settled import settle_events

Role = Membership.Role

#: The roles in the order of a group's four letters.
ROLES = (Role.COORDINATOR, Role.HEAD, Role.OFFICER, Role.VIEWER)
#: Where the role is held, seen from 甲镇, whose shares are asked for; and the issuing office.
RELATIONS = {
    "office": "依法治县办",
    "own": "甲镇",
    "above": "县",
    "below": "甲一村",
    "sibling": "乙乡",
    "another tree": "邻县",
}
NOBODY, ANONYMOUS = "nobody", "anonymous"


@dataclass(frozen=True)
class Line:
    """One line of the table: a route, a method, and the row that is asked for."""

    route: str
    method: str
    row: str
    letters: str

    @property
    def expected(self) -> dict[str, str]:
        return dict(zip(callers(), self.letters, strict=True))

    def __str__(self) -> str:
        return f"{self.route} {self.method} {self.row}".rstrip(" -")


def callers() -> list[str]:
    held = [f"{relation} {role}" for relation in RELATIONS for role in ROLES]
    return [*held, NOBODY, ANONYMOUS]


def parse(table: str) -> list[Line]:
    """The lines of the table; comments and the heading are left out."""
    rows = [line.split() for line in table.splitlines() if line and not line.startswith("#")]
    return [Line(route, method, row, "".join(cells)) for route, method, row, *cells in rows]


def write(line: Line, found: dict[str, str]) -> str:
    """The line as the table would say what was found."""
    letters = "".join(found[caller] for caller in callers())
    groups = [letters[n : n + 4] for n in range(0, 24, 4)]
    return " ".join(
        [line.route.ljust(33), line.method.ljust(6), line.row.ljust(14), *groups, *letters[24:]]
    )


class Matrix:
    """The world with everybody who asks, each with a session."""

    def __init__(self, world: ApiWorld) -> None:
        self.world = world
        county = world.county
        county.units["邻县"] = add_unit("邻县", Unit.Kind.COUNTY, parent=None, valid_from=START)
        self.people = {
            f"{relation} {role}": self._someone(f"{relation}-{role}", unit, role)
            for relation, unit in RELATIONS.items()
            for role in ROLES
        }
        self.sessions = {caller: session_of(person) for caller, person in self.people.items()}
        self.sessions[NOBODY] = session_of(add_person("nobody", name="无", email=""))
        self.client = Client(headers={"accept-language": "en"})
        self.rows = self._rows()
        self._attach()
        self._bring_documents()
        self._make_paper()
        settle_events()
        self.sheet = filled_for(county.unit("甲镇"), county.officer("甲镇"), world.share("5."))
        self.before = fingerprint()

    def _someone(self, name: str, unit: str, role: str) -> User:
        person = add_person(name.replace(" ", "-"), name=name, email="")
        grant_role(person, self.world.county.unit(unit), role, valid_from=START)
        return person

    def _attach(self) -> None:
        """A file with the report that waits, and one with what 甲镇's officer is still writing."""
        now, officer = timezone.now(), self.people["own officer"]
        share = self.rows["under-way"]
        draft = save_draft(share.pk, Said(percent=Decimal(20)), actor=officer, at=now)
        for row, report in (("file", self.world.report), ("draft's", draft)):
            file = BytesIO("名单".encode())
            self.rows[row] = attach(report.pk, "名单.txt", file, actor=officer, at=now)
        self.world.report.refresh_from_db()

    def _bring_documents(self) -> None:
        for row in ("plan", "draft"):
            actor = self.world.county.coordinator
            source = keep_source("要点.txt", row.encode(), actor=actor, at=timezone.now())
            bind_source(source.pk, self.rows[row], actor=actor)

    def _make_paper(self) -> None:
        """One that was made for 甲镇's officer."""
        now = timezone.now()
        paper = ask_for_paper(
            Paper.Kind.COMPLETION,
            self.world.plan,
            as_of=timezone.localdate(now),
            asked={"by": "section", "filters": {}},
            actor=self.people["own officer"],
            at=now,
        )
        make_due(MAKERS, clock=timezone.now)
        self.rows["paper"] = paper

    def _rows(self) -> dict[str, Any]:
        """What a line's third word stands for."""
        world = self.world
        return {
            "-": None,
            "甲镇": world.county.unit("甲镇"),
            "各乡镇": world.county.townships,
            "plan": world.plan,
            "draft": world.draft,
            "key-task": world.key_task("2."),
            "draft-item": world.key_task("1.", world.unsettled),
            "root": world.share("1.", "依法治县办"),
            "new": world.share("3."),
            "objected": world.share("4."),
            "under-way": world.share("5."),
            "reported": world.share("2."),
            "village's": world.share("1.", "甲一村"),
            "report": world.report,
            "v-report": world.village_report,
            "request": world.request,
            "event": world.share("5.").events.earliest("id"),
            "reminder": world.reminder,
            "notice": world.notice,
            "indicator": world.indicator,
            "urge": world.urge,
            "reform": world.reform,
            "token": AccessToken.objects.create(user=self.people["own officer"])[0],
            "settled": world.key_task("5."),
        }

    def outcome(self, line: Line, caller: str, path: str, content: Any) -> str:
        """The letter for what came of it; a refusal and a read must leave every row as it was."""
        row = self.rows[line.row]
        with undone():
            written = writes()
            answer = self._ask(line, caller, path, content, row)
            if answer.streaming:
                b"".join(answer)  # A file is only closed once it has been read.
            letter = letter_of(line, answer, row)
            now = writes()
            touched = {table for table in self.before if now.get(table) != written.get(table)}
            changed = any(self.before[table] != n for table, n in fingerprint(touched).items())
        if letter == "+":
            return "+" if changed or line.method == "GET" else "="
        assert not changed, f"{caller} was refused ({answer.status_code}), and rows changed"
        return letter

    def _ask(self, line: Line, caller: str, path: str, content: Any, row: Any) -> Any:
        # One client for everybody: a new one would load the middleware each time.
        self.client.cookies.clear()
        if caller in self.sessions:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[caller]
        ask = getattr(self.client, line.method.lower())
        if line.route == "attach-evidence":
            return ask(path, {"file": SimpleUploadedFile("说明.txt", b"9")})
        if line.route in ("api-report-sheet", "report-sheet") and line.method == "POST":
            return ask(path, {**(content or {}), "file": SimpleUploadedFile("a.xlsx", self.sheet)})
        if not line.route.startswith("api-"):
            seen = {"version": row.version} if hasattr(row, "version") else {}
            return ask(path, (content or {}) | seen)
        if line.method == "GET" and line.route == "api-report-sheet":
            return ask(path, content)
        if line.method == "GET":
            return ask(path, content or {"page_size": "200"} if line.route.endswith("list") else {})
        headers = {"If-Match": etag_of(row)} if hasattr(row, "version") else {}
        if line.route == "api-report-evidence":
            return ask(path, {"file": SimpleUploadedFile("说明.txt", b"9")}, headers=headers)
        body = json.dumps(content or {})
        return ask(path, body, content_type="application/json", headers=headers)


LETTERS = {400: "?", 401: "-", 403: "x", 404: ".", 405: "m", 409: "!"}


def letter_of(line: Line, answer: HttpResponse, row: Any) -> str:
    if answer.status_code == 302 and answer["Location"].startswith("/login/?next="):
        return ">"
    if answer.status_code < 400:
        listed = line.route.endswith("-list") and line.method == "GET"
        return "0" if listed and not _stands_in(answer, row) else "+"
    assert answer.status_code in LETTERS, (answer.status_code, answer.content.decode())
    return LETTERS[answer.status_code]


def _stands_in(answer: Any, row: Any) -> bool:
    return row.pk in [found["id"] for found in answer.json()["results"]]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def writes() -> dict[str, int]:
    """How often each table was written to in this transaction, what was taken back included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


def tables_of_house() -> list[str]:
    return [
        model._meta.db_table
        for app in ("accounts", "plans", "tasks")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]


def fingerprint(tables: Collection[str] | None = None) -> dict[str, str]:
    """Every row of the house, or of these tables, as one number for each table."""
    numbered = "SELECT '{0}', md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {0} r"
    named = tables_of_house() if tables is None else tables
    if not named:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(numbered.format(table) for table in named))
        return dict(cursor.fetchall())


def contents(world: ApiWorld) -> dict[tuple[str, str], Any]:
    """What each writing line sends, so that who may do it can."""
    village = world.county.unit("甲二村").pk
    new_plan = {
        "draft": ONE_ITEM,
        "issuing_unit": world.county.unit("依法治县办").pk,
        "issued_on": timezone.localdate().isoformat(),
    }
    reason = {"reason": "请说明。"}
    next_year = {
        "title": "下年工作要点",
        "year": world.plan.year + 1,
        "issued_on": day_in(300).isoformat(),
    }
    new_key_task = {
        "title": "新增任务",
        "text": "新增任务。",
        "due_on": day_in(50).isoformat(),
        "owners": [{"name": "甲镇", "role": "lead", "unit": world.county.unit("甲镇").pk}],
        **reason,
    }
    reform = {
        "title": "建制调整",
        "on": day_in(30).isoformat(),
        "endings": [{"unit": village}],
    }
    notice = {"text": "请按期完成。", "answer_by": day_in(5).isoformat()}
    later = {"new_due_on": day_in(30).isoformat(), "reason": "汛期。"}
    return {
        ("api-plan-list", "POST"): new_plan,
        ("api-plan-read", "POST"): {"text": TEXT},
        ("api-plan-detail", "PATCH"): {"yellow_days": 9},
        ("api-plan-reminder-rules", "PUT"): {"every": 3},
        ("reminder-rules", "POST"): RULES,
        ("api-key-task-detail", "PATCH"): {"due_on": day_in(70).isoformat()},
        ("api-task-object", "POST"): reason,
        ("api-task-uphold", "POST"): reason,
        ("api-task-decompose", "POST"): {"parts": [{"unit": village}]},
        ("api-task-reports", "POST"): {"percent": "30"},
        ("api-task-extension-requests", "POST"): later,
        ("api-task-detail", "PATCH"): {"title": "领导干部学法"},
        ("api-task-preview", "POST"): {"parts": [{"unit": village}]},
        ("api-task-move", "POST"): {"due_on": day_in(4).isoformat(), **reason},
        ("api-task-reassign", "POST"): {"unit": world.county.unit("乙乡").pk, **reason},
        ("api-task-cancel", "POST"): reason,
        ("api-task-reopen", "POST"): reason,
        ("api-task-light", "POST"): {"light": "red", **reason},
        ("api-task-review", "POST"): {"finding": "总体有序。"},
        ("api-task-draft", "PUT"): {"percent": "30"},
        ("api-plan-add-key-task", "POST"): new_key_task,
        ("api-plan-copy", "POST"): next_year,
        ("api-key-task-amend", "POST"): {"title": "领导干部学法", **reason},
        ("api-key-task-cancel", "POST"): reason,
        ("api-key-task-suspend", "POST"): reason,
        ("api-key-task-resume", "POST"): reason,
        ("api-key-task-carry-over", "POST"): {
            "to_key_task": world.key_task("1.", world.draft).pk,
            **reason,
        },
        ("api-unit-reform-list", "POST"): reform,
        ("api-unit-reform-transfers", "POST"): {
            "tasks": [world.share("1.", "甲二村").pk],
            "to_unit": world.county.unit("甲一村").pk,
        },
        ("new-reform:close", "POST"): {
            "title": reform["title"],
            "on": reform["on"],
            "units": [village],
        },
        ("act-on-reform:transfers", "POST"): {
            "tasks": [world.share("1.", "甲二村").pk],
            "to_unit": world.county.unit("甲一村").pk,
        },
        ("copy-plan", "POST"): next_year,
        ("amend-key-task:amend", "POST"): {
            "title": "领导干部学法",
            "text": "领导干部学法。",
            "weight": "1",
            **reason,
        },
        ("amend-key-task:suspend", "POST"): reason,
        ("amend-key-task:resume", "POST"): reason,
        ("amend-key-task:cancel", "POST"): reason,
        ("amend-key-task:carry-over", "POST"): {
            "to_key_task": world.key_task("1.", world.draft).pk,
            **reason,
        },
        ("api-task-urges", "POST"): {"text": "请抓紧办理。"},
        ("api-task-supervision-notices", "POST"): notice,
        ("api-supervision-notice-raise", "POST"): {"level": "red", **reason},
        ("api-supervision-notice-lift", "POST"): reason,
        ("api-report-return", "POST"): reason,
        ("api-extension-request-refuse", "POST"): {"answer": "按期完成。"},
        ("switch-language", "POST"): {"language": "en"},
        ("login", "POST"): {"username": "nobody", "password": "wrong"},
        ("forgotten-password", "POST"): {"name": "nobody"},
        ("new-plan", "POST"): {"text": TEXT},
        ("confirm-plan", "POST"): new_plan | {"draft": json.dumps(ONE_ITEM)},
        ("settle", "POST"): {"due_on": day_in(70).isoformat()},
        ("act-on-share:uphold", "POST"): reason,
        ("decide-report:return", "POST"): reason,
        ("plan-settings", "POST"): SETTINGS,
        ("act-on-share:urge", "POST"): {"text": "请抓紧办理。"},
        ("preview-decomposition", "POST"): {"units": [village]},
        ("decompose", "POST"): {f"with_{village}": "on", f"weight_{village}": "1"},
        ("act-on-share:cancel", "POST"): reason,
        ("act-on-share:move", "POST"): {"due_on": day_in(4).isoformat(), **reason},
        ("act-on-share:light", "POST"): {"light": "red", **reason},
        ("decide-notice:lift", "POST"): reason,
        ("act-on-share:report", "POST"): {"percent": "30"},
        **contents_of_indicators(world),
        ("api-paper-list", "POST"): {"kind": "ledger", "plan": world.plan.pk},
        ("papers", "POST"): {
            "kind": "ledger",
            "plan": world.plan.pk,
            "as_of": day_in(0).isoformat(),
        },
        **contents_for_many(world),
    }


TEXT = (
    "一、规范管理\n(一)清理文件。全面清理。"
    "(牵头单位:司法局;责任单位:各乡镇(街道);完成时限:2026年9月30日前)\n"
)
ONE_ITEM: dict[str, Any] = {
    "title": "工作要点",
    "document_number": None,
    "issued_on": None,
    "year": 2026,
    "first_unit_leads": None,
    "items": [
        {
            "number": "1.",
            "section": None,
            "title": "清理文件",
            "text": "清理文件。",
            "owners": [{"name": "司法局", "role": "lead", "group": False, "open_ended": False}],
            "deadline": {"text": None, "kind": "none", "due_on": None},
            "line": 1,
            "questions": [],
        }
    ],
    "questions": [],
}
