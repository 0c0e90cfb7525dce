"""What is delivered: shares, reports, figures, requests, notices, events, papers and reforms."""

from tasks.models.annual_report import (
    AnnualReport,
    ChapterComment,
    ChapterText,
    ReportChapter,
)
from tasks.models.event import TaskEvent
from tasks.models.extension import ExtensionRequest
from tasks.models.indicator import Indicator, IndicatorValue
from tasks.models.job import JobRun
from tasks.models.paper import Paper
from tasks.models.reform import ShareTransfer, UnitEnding, UnitReform
from tasks.models.reminder import Reminder
from tasks.models.report import Evidence, ProgressReport
from tasks.models.rules import ReminderRules
from tasks.models.share import MAX_DEPTH, OPEN_STATES, UNENDED_STATES, Step, Task
from tasks.models.urging import SupervisionNotice, Urge

__all__ = [
    "MAX_DEPTH",
    "OPEN_STATES",
    "UNENDED_STATES",
    "AnnualReport",
    "ChapterComment",
    "ChapterText",
    "Evidence",
    "ExtensionRequest",
    "Indicator",
    "IndicatorValue",
    "JobRun",
    "Paper",
    "ProgressReport",
    "Reminder",
    "ReminderRules",
    "ReportChapter",
    "ShareTransfer",
    "Step",
    "SupervisionNotice",
    "Task",
    "TaskEvent",
    "UnitEnding",
    "UnitReform",
    "Urge",
]
