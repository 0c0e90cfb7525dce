"""A plan of one root and eight counted shares below it, all signed for; no own part."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.directory import add_unit
from accounts.models import Membership, Unit, User
from plans.models import Plan
from tasks.models import ProgressReport, Task
from tasks.progress import Said, submit_report
from tests.county import START, County, at, due, issued_plan, item, make_county, owner, sign_for_all

VILLAGES = 8


@dataclass(frozen=True)
class World:
    county: County
    plan: Plan
    shares: list[Task]

    @property
    def root(self) -> Task:
        return Task.objects.get(plan=self.plan, depth=0)

    def officer(self, task: Task) -> User:
        return self.county.officer(task.unit.name)

    def report(self, task: Task, percent: int, *, author: User | None = None) -> ProgressReport:
        said = Said(percent=Decimal(percent))
        return submit_report(task.pk, said, actor=author or self.officer(task), at=at(4, 1))


def make_villages() -> World:
    county = make_county()
    names = [f"丙{n}村" for n in range(VILLAGES)]
    for name in names:
        county.units[name] = add_unit(
            name, Unit.Kind.VILLAGE, parent=county.unit("县"), valid_from=START
        )
        county.add_person(name, Membership.Role.OFFICER)
    owners = [owner(name, "responsible") for name in names]
    plan = issued_plan(county, item("1.", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    shares = Task.objects.filter(plan=plan, depth=1).select_related("unit").order_by("pk")
    return World(county, plan, list(shares))
