"""A small county for tests of the services: built by the services themselves.

    县 ─┬─ 司法局 ── (hosts 依法治县办, which issues the plans)
        ├─ 财政局
        ├─ 甲镇 ─┬─ 甲一村
        │        └─ 甲二村
        └─ 乙乡

Each unit has an officer and a head; the office has two coordinators, the county a viewer.
"""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from accounts.directory import add_group, add_person, add_unit, grant_role, host_unit
from accounts.models import Membership, Unit, UnitGroup, User
from plans.editing import make_plan
from plans.models import Plan
from plans.reading.draft import DeadlineDraft, ItemDraft, OwnerDraft, PlanDraft
from tasks.acknowledging import acknowledge
from tasks.issuing import issue_plan
from tasks.models import Task

Role = Membership.Role
Kind = Unit.Kind

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = dt.date(2026, 1, 1)
ISSUED_ON = dt.date(2026, 3, 2)  # a Monday


def at(month: int, day: int, hour: int = 10) -> dt.datetime:
    """An instant of the plan's year, by the county's clocks."""
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@dataclass
class County:
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    townships: UnitGroup | None = None

    def unit(self, name: str) -> Unit:
        return self.units[name]

    def officer(self, unit: str) -> User:
        return self.people[f"{unit}-officer"]

    def head(self, unit: str) -> User:
        return self.people[f"{unit}-head"]

    @property
    def coordinator(self) -> User:
        return self.people["依法治县办-coordinator"]

    def add(self, name: str, kind: str, parent: str | None) -> None:
        above = self.units[parent] if parent else None
        self.units[name] = add_unit(name, kind, parent=above, valid_from=START)
        for role in (Role.OFFICER, Role.HEAD):
            self.add_person(name, role)

    def add_person(self, unit: str, role: str, suffix: str = "") -> User:
        key = f"{unit}-{role}{suffix}"
        person = add_person(key, name=key, email=f"p{len(self.people)}@county.example")
        grant_role(person, self.units[unit], role, valid_from=START)
        self.people[key] = person
        return person


def make_county() -> County:
    county = County()
    county.add("县", Kind.COUNTY, None)
    county.add("司法局", Kind.DEPARTMENT, "县")
    county.add("财政局", Kind.DEPARTMENT, "县")
    county.add("甲镇", Kind.TOWN, "县")
    county.add("乙乡", Kind.TOWNSHIP, "县")
    county.add("甲一村", Kind.VILLAGE, "甲镇")
    county.add("甲二村", Kind.VILLAGE, "甲镇")
    office = add_unit("依法治县办", Kind.WORKING_GROUP, parent=county.unit("县"), valid_from=START)
    county.units["依法治县办"] = office
    host_unit(office, county.unit("司法局"), valid_from=START)
    county.add_person("依法治县办", Role.COORDINATOR)
    county.add_person("依法治县办", Role.COORDINATOR, "-2")
    county.add_person("县", Role.VIEWER)
    county.townships = add_group(
        "各乡镇(街道)", [county.unit("甲镇"), county.unit("乙乡")], valid_from=START
    )
    return county


def owner(name: str, role: str, *, group: bool = False, open_ended: bool = False) -> OwnerDraft:
    return OwnerDraft(name=name, role=role, group=group, open_ended=open_ended)


def due(day: str | None, kind: str = "date") -> DeadlineDraft:
    return DeadlineDraft(text=day, kind=kind, due_on=dt.date.fromisoformat(day) if day else None)


def item(
    number: str,
    title: str,
    owners: list[OwnerDraft],
    deadline: DeadlineDraft,
    section: str = "一、",
) -> ItemDraft:
    return ItemDraft(
        number=number,
        section=section,
        title=title,
        text=f"{title}。",
        owners=owners,
        deadline=deadline,
        line=1,
        questions=[],
    )


def draft_of(*items: ItemDraft) -> PlanDraft:
    return PlanDraft(
        title="2026年工作要点",
        document_number="办〔2026〕1号",
        issued_on=ISSUED_ON,
        year=2026,
        first_unit_leads=None,
        items=list(items),
        questions=[],
    )


def drafted_plan(county: County, *items: ItemDraft) -> Plan:
    return make_plan(
        draft_of(*items),
        issuing_unit=county.unit("依法治县办"),
        issued_on=ISSUED_ON,
        actor=county.coordinator,
        at=at(3, 2, 9),
    )


def issued_plan(county: County, *items: ItemDraft) -> Plan:
    plan = drafted_plan(county, *items)
    return issue_plan(plan.pk, actor=county.coordinator, at=at(3, 2))


def share(plan: Plan, unit: str, *, own_part: bool = False) -> Task:
    """The one share of the unit in a plan of one key task."""
    return Task.objects.get(plan=plan, unit__name=unit, is_own_part=own_part)


def sign_for_all(county: County, plan: Plan) -> None:
    """Every unit signs for its share; the office's own by the officers of its host."""
    for task in Task.objects.filter(plan=plan, state="issued").select_related("unit"):
        unit = "司法局" if task.unit.name == "依法治县办" else task.unit.name
        acknowledge(task.pk, actor=county.officer(unit), at=at(3, 3))
