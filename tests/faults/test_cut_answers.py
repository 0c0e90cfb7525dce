"""A write whose line is cut and that is sent again under its key is done once (FAILURES E33).

Against the real web process, over sockets: the line ends within the request, after it, or within
the answer. The same request is then sent until it is answered, and once more: one object for each
key, and the answer is the same both times.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.api.conditions import etag_of
from accounts.models import User
from accounts.tokens import make_token
from plans.editing import OwnerChoice
from plans.models import KeyTask, Plan
from tasks.acknowledging import acknowledge
from tasks.amending import NewKeyTask, add_key_task
from tasks.models import ProgressReport, SupervisionNotice, Task, UnitReform, Urge
from tests.api_requests import ROOT
from tests.api_world import ApiWorld, day_in
from tests.county import make_county
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.cut_client import CUTS, Answer, CutClient, Post
from tests.permissions import ONE_ITEM
from tests.story.processes import web_process

REQUESTS = count(24, 500)

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="api", name="E33 the answer is cut off and the request sent again")


@dataclass
class Desk:
    """Writes that make an object each, which can be told by the words that are in it."""

    world: ApiWorld
    tokens: dict[str, str]

    @property
    def office(self) -> int:
        return self.world.county.unit("依法治县办").pk

    def plan(self, words: str) -> Post:
        body = {
            "draft": {**ONE_ITEM, "title": words},
            "issuing_unit": self.office,
            "issued_on": day_in(0).isoformat(),
        }
        return self._post("/plans/", body, "office")

    def key_task(self, words: str) -> Post:
        """In the plan; its one share is 甲镇's."""
        owner = {"name": "甲镇", "role": "lead", "unit": self.world.county.unit("甲镇").pk}
        body = {
            "title": words,
            "text": words,
            "due_on": day_in(50).isoformat(),
            "owners": [owner],
            "reason": "补充。",
        }
        plan = Plan.objects.get(pk=self.world.plan.pk)
        return self._post(f"/plans/{plan.pk}/key-tasks/", body, "office", plan)

    def urge(self, words: str) -> Post:
        share = self.world.share("5.")
        return self._post(f"/tasks/{share.pk}/urges/", {"text": words}, "office", share)

    def notice(self, words: str) -> Post:
        share = self.world.share("5.")
        body = {"text": words, "answer_by": day_in(5).isoformat()}
        return self._post(f"/tasks/{share.pk}/supervision-notices/", body, "office", share)

    def report(self, words: str) -> Post:
        share = self._new_share()
        body = {"percent": "30", "narrative": words}
        return self._post(f"/tasks/{share.pk}/reports/", body, "officer", share)

    def decomposition(self, words: str) -> Post:
        share = self._new_share()
        parts = [{"unit": self.world.county.unit("甲一村").pk, "title": words}]
        return self._post(f"/tasks/{share.pk}/decompose/", {"parts": parts}, "officer", share)

    def reform(self, words: str) -> Post:
        village = self.world.county.unit("甲二村").pk
        body = {"title": words, "on": day_in(30).isoformat(), "endings": [{"unit": village}]}
        return self._post("/unit-reforms/", body, "office")

    def _post(self, path: str, body: dict[str, Any], who: str, row: Any = None) -> Post:
        return Post(ROOT + path, body, self.tokens[who], etag_of(row) if row else "")

    def _new_share(self) -> Task:
        """One that 甲镇 has signed for, and on which nothing else is said."""
        owner = OwnerChoice("甲镇", "lead", self.world.county.unit("甲镇"))
        new = NewKeyTask("新增", "新增。", [owner], due_on=day_in(50))
        county, at = self.world.county, timezone.now()
        add_key_task(self.world.plan.pk, new, reason="补充。", actor=county.coordinator, at=at)
        share = Task.objects.filter(plan=self.world.plan, depth=0).latest("pk")
        return acknowledge(share.pk, actor=county.officer("甲镇"), at=at)


OBJECTS: dict[str, Callable[[str], Any]] = {
    "plan": lambda words: Plan.objects.filter(title=words),
    "key_task": lambda words: KeyTask.objects.filter(title=words),
    "urge": lambda words: Urge.objects.filter(text=words),
    "notice": lambda words: SupervisionNotice.objects.filter(text=words),
    "report": lambda words: ProgressReport.objects.filter(narrative=words),
    "decomposition": lambda words: Task.objects.filter(title=words),
    "reform": lambda words: UnitReform.objects.filter(title=words),
}


@pytest.fixture
def desk() -> Desk:
    world = ApiWorld(make_county())
    people = {"office": world.county.coordinator, "officer": world.county.officer("甲镇")}
    return Desk(world, {who: token_of(user) for who, user in people.items()})


def token_of(user: User) -> str:
    return make_token(user, name="", scope="write", expiry=None, at=timezone.now())[1]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[CutClient]:
    unlimited = {f"LUOSHI_{kind}_REQUESTS_PER_MINUTE": "0" for kind in ("READ", "WRITE")}
    with web_process(tmp_path, **unlimited) as address:
        yield CutClient(address, chance("cut answers: where"))


@dataclass
class Tally:
    cuts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    wrong_counts: list[tuple[str, str, int]] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    answered_differently: list[tuple[Answer, Answer]] = field(default_factory=list)


def send_all(desk: Desk, client: CutClient, requests: int, *, with_key: bool) -> Tally:
    """Every kind in turn, each cut at a moment drawn by chance."""
    dice, tally = chance("cut answers"), Tally()
    for number in range(requests):
        kind, how = list(OBJECTS)[number % len(OBJECTS)], dice.choice(CUTS)
        words = f"第{number}件"
        post = getattr(desk, kind)(words)
        post = replace(post, key=f"{kind}-{number}" if with_key else "")
        client.cut(post, how)
        tally.cuts[how] += 1
        tally.kinds[kind] += 1
        first = client.ask_until_answered(post)
        again = client.ask_until_answered(post)
        judge(tally, kind, words, first, again)
    return tally


def judge(tally: Tally, kind: str, words: str, first: Answer, again: Answer) -> None:
    made = OBJECTS[kind](words).count()
    if made != 1:
        tally.wrong_counts.append((kind, words, made))
    if first.status != 201:
        tally.refused.append(first)
    if first != again:
        tally.answered_differently.append((first, again))


@fault
def test_one_object_for_each_key(desk: Desk, client: CutClient, record_property: Say) -> None:
    tally = send_all(desk, client, REQUESTS, with_key=True)
    record_property("requests", REQUESTS)
    record_property("cut", dict(tally.cuts))
    record_property("kinds", dict(tally.kinds))
    record_property("not_one_object", len(tally.wrong_counts))
    assert tally.refused == []
    assert tally.wrong_counts == []
    assert tally.answered_differently == []
    assert set(tally.cuts) == set(CUTS)


@fault.with_args(control=True)
def test_control_without_a_key_there_are_more(
    desk: Desk, client: CutClient, record_property: Say
) -> None:
    """Where no row's version stands in the way either: of plans and of reforms."""
    tally = send_all(desk, client, 2 * len(OBJECTS), with_key=False)
    record_property("control_not_one_object", len(tally.wrong_counts))
    assert {kind for kind, _words, made in tally.wrong_counts if made > 1} >= {"plan", "reform"}
