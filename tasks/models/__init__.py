"""What is delivered: shares, reports, requests, events and reminders."""

from tasks.models.reminders import Reminder
from tasks.models.reports import ExtensionRequest, ProgressReport
from tasks.models.shares import MAX_DEPTH, OPEN_STATES, Task, TaskEvent

__all__ = [
    "MAX_DEPTH",
    "OPEN_STATES",
    "ExtensionRequest",
    "ProgressReport",
    "Reminder",
    "Task",
    "TaskEvent",
]
