"""What the forms of a plan's settings, reminders, indicators and annual report send."""

from typing import Any

from tests.api_world import ApiWorld, day_in

RULES = {
    "days_before": "10, 3",
    "report_days_before": "3",
    "every": "5",
    "head_after": "1",
    "unit_above_after": "5",
    "office_after": "10",
    "patience": "3",
    "said": ["before", "overdue"],
}
SETTINGS = {"yellow_days": 9, "yellow_points": 9, "reporting_period": "monthly", "report_day": 9}
INDICATOR = {
    "name": "学法次数",
    "measure": "次",
    "kind": "count",
    "direction": "up",
    "decimals": 0,
}


def contents_of_indicators(world: ApiWorld) -> dict[tuple[str, str], Any]:
    """What the permission matrix sends."""
    text = {"chapter": "duty", "text": "党政主要负责人听取汇报。"}
    release = {"reviewed_as": "保密审查责任人", "reviewed_on": day_in(0).isoformat()}
    new = {**INDICATOR, "key_task": world.key_task("5.").pk}
    return {
        ("api-plan-indicators", "POST"): new,
        ("api-indicator-detail", "PUT"): INDICATOR,
        ("indicators", "POST"): new,
        ("indicator", "POST"): INDICATOR,
        ("api-plan-write-chapter", "POST"): text | {"seen": 0},
        ("api-plan-comment-on-chapter", "POST"): text,
        ("api-plan-assign-chapter", "POST"): {"chapter": "duty", "unit": None},
        ("api-plan-release-report", "POST"): release,
        ("act-on-annual-report:write", "POST"): text | {"seen": 0},
        ("act-on-annual-report:comment", "POST"): text,
        ("act-on-annual-report:assign", "POST"): {"chapter": "duty"},
        ("act-on-annual-report:release", "POST"): release,
    }
