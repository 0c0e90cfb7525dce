"""Report sheets as people fetch them, fill them in and hand them in."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Unit, User
from tasks.models import Task
from tasks.sheets import sheet_to_fill
from tasks.sheets.layout import FIRST_ROW, KEY, NARRATIVE, NO_CHANGE, PERCENT, key_from


class FilledSheet:
    """A unit's sheet, opened as a spreadsheet program would."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))
        self.sheet: Any = self.book.worksheets[0]

    def row_of(self, task: Task) -> int:
        for row in range(FIRST_ROW, self.sheet.max_row + 1):
            key = key_from(self.sheet.cell(row, KEY).value)
            if key is not None and key.task_id == task.pk:
                return row
        raise AssertionError(f"{task} is not in the sheet")

    def fill(
        self, row: int, percent: Any = None, narrative: Any = None, no_change: Any = None
    ) -> None:
        filled = ((PERCENT, percent), (NARRATIVE, narrative), (NO_CHANGE, no_change))
        for column, value in filled:
            if value is not None:
                self.sheet.cell(row, column).value = value

    @property
    def content(self) -> bytes:
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    @property
    def file(self) -> SimpleUploadedFile:
        return SimpleUploadedFile("填报表.xlsx", self.content)


def fetched(unit: Unit, user: User) -> FilledSheet:
    return FilledSheet(sheet_to_fill(unit, user=user, on=timezone.localdate()))


def filled_for(unit: Unit, user: User, task: Task) -> bytes:
    """With 30 % for one share."""
    sheet = fetched(unit, user)
    sheet.fill(sheet.row_of(task), 30, "已开展 3 次。")
    return sheet.content
