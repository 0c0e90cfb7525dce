"""Measures of papers, for ``tests/test_query_counts.py``."""

from django.utils import timezone

from accounts.models import Unit
from tasks.api.paper_kinds import MAKERS
from tasks.models import Paper
from tasks.papers import make_due
from tests.api_requests import Api
from tests.api_world import ApiWorld
from tests.life_measures import Measure


def asked_for(office: Api, world: ApiWorld) -> int:
    answer = office.post("/papers/", {"kind": "completion", "plan": world.plan.pk})
    assert answer.status_code == 201, answer.content.decode()
    return int(answer.json()["id"])


def made(office: Api, world: ApiWorld) -> int:
    pk = asked_for(office, world)
    make_due(MAKERS, clock=timezone.now)
    return pk


def asked(office: Api, _officer: Api, world: ApiWorld) -> int:
    count = office.queries_of("post", "/papers/", {"kind": "ledger", "plan": world.plan.pk})
    Paper.objects.all().delete()
    return count


def listed(office: Api, _officer: Api, world: ApiWorld) -> int:
    """As many as there are units."""
    paper = Paper.objects.get(pk=made(office, world))
    for _more in range(Unit.objects.count()):
        paper.pk = None
        paper.save()
    return office.queries_of("get", "/papers/")


def read(office: Api, _officer: Api, world: ApiWorld) -> int:
    return office.queries_of("get", f"/papers/{made(office, world)}/")


def fetched(office: Api, _officer: Api, world: ApiWorld) -> int:
    return office.queries_of("read_bytes", f"/papers/{made(office, world)}/file/")


def taken_back(office: Api, _officer: Api, world: ApiWorld) -> int:
    return office.queries_of("send", "delete", f"/papers/{asked_for(office, world)}/")


PAPERS: dict[str, Measure] = {
    "POST papers": asked,
    "GET papers": listed,
    "GET papers/{id}": read,
    "GET papers/{id}/file": fetched,
    "DELETE papers/{id}": taken_back,
}
