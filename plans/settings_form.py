"""The form on which an office sets the rules of its plan."""

from typing import Any, Self

from accounts.forms import VersionedForm
from plans.editing import PlanChanges
from plans.models import Plan

#: What may be changed until the plan is closed, in the order of the page.
RULES = (
    "yellow_days",
    "yellow_points",
    "reporting_period",
    "report_day",
    "approval_inside_unit",
)
#: What units were promised when the plan was issued.
PROMISED = ("decided_by", "objection_days", "acknowledgement_days")


class PlanSettingsForm(VersionedForm):
    """The plan's own fields; those that were promised only while it is a draft."""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = (*PROMISED, *RULES) if plan.state == Plan.State.DRAFT else RULES
        for name in names:
            field: Any = Plan._meta.get_field(name)
            self.add_field(name, field.formfield())

    @classmethod
    def of(cls, plan: Plan) -> Self:
        values = {name: getattr(plan, name) for name in (*PROMISED, *RULES)}
        return cls(plan=plan, initial={**values, "version": plan.version})

    def changes(self) -> PlanChanges:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return PlanChanges(**said)
