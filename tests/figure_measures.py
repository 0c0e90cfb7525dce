"""Measures of indicators and of the annual report, for ``tests/test_query_counts.py``."""

from django.utils import timezone

from accounts.models import Unit
from tasks.defining import Definition, define_indicator
from tasks.models import Indicator
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in
from tests.life_measures import Measure, reads


def defined(world: ApiWorld, number: str = "3.") -> Indicator:
    name = f"件数{Indicator.objects.count()}"
    key_task, actor = world.key_task(number), world.county.coordinator
    return define_indicator(key_task.pk, Definition(name), actor=actor, at=timezone.now())


def figures(office: Api, _officer: Api, world: ApiWorld) -> int:
    """As many indicators as there are units, each with a ratio of it."""
    rows = [defined(world) for _unit in Unit.objects.all()]
    for row in rows:
        Indicator.objects.create(
            plan=row.plan,
            key_task=row.key_task,
            name=f"{row.name}的比例",
            kind=Indicator.Kind.RATIO,
            numerator=row,
            denominator=rows[0],
        )
    return office.queries_of("get", f"/plans/{world.plan.pk}/indicators/")


def defines(office: Api, _officer: Api, world: ApiWorld) -> int:
    body = {"key_task": world.key_task("3.").pk, "name": f"次数{Indicator.objects.count()}"}
    return office.queries_of("post", f"/plans/{world.plan.pk}/indicators/", body)


def read(office: Api, _officer: Api, world: ApiWorld) -> int:
    return office.queries_of("get", f"/indicators/{defined(world).pk}/")


def redefines(office: Api, _officer: Api, world: ApiWorld) -> int:
    row = defined(world)
    body = {"name": f"{row.name}(件)", "target": "3"}
    return office.queries_of("put", f"/indicators/{row.pk}/", body, row=row)


def removes(office: Api, _officer: Api, world: ApiWorld) -> int:
    row = defined(world)
    etag = f'"{row.pk}-{row.version}"'
    return office.queries_of("send", "delete", f"/indicators/{row.pk}/", etag=etag)


def writes_report(path: str, **words: object) -> Measure:
    """A write on the annual report of the plan, by the office."""

    def measure(office: Api, _officer: Api, world: ApiWorld) -> int:
        body = {name: word(world) if callable(word) else word for name, word in words.items()}
        return office.queries_of("post", f"/plans/{world.plan.pk}/annual-report/{path}/", body)

    return measure


FIGURES: dict[str, Measure] = {
    "GET plans/{id}/indicators": figures,
    "POST plans/{id}/indicators": defines,
    "GET indicators/{id}": read,
    "PUT indicators/{id}": redefines,
    "DELETE indicators/{id}": removes,
    "POST plans/{id}/annual-report/texts": writes_report(
        "texts", chapter="duty", text="一", seen=0
    ),
    "POST plans/{id}/annual-report/comments": writes_report(
        "comments", chapter="duty", text="请补充。"
    ),
    "POST plans/{id}/annual-report/assignments": writes_report(
        "assignments", chapter="duty", unit=lambda world: world.county.unit("甲镇").pk
    ),
    "GET plans/{id}/annual-report": reads("/plans/{}/annual-report/", lambda world: world.plan),
    "POST plans/{id}/annual-report/release": writes_report(
        "release", reviewed_as="保密审查责任人", reviewed_on=day_in(0).isoformat()
    ),
}
