"""What the forms of a plan's settings and of its reminders send."""

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
