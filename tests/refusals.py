"""What a refusal must be: its kind, its code, and nothing that changed."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.errors import Refusal
from plans.models import Amendment, KeyTask, KeyTaskOwner, KeyTaskStep, Plan, Section
from tasks.models import ExtensionRequest, ProgressReport, Step, Task, TaskEvent

ROWS: tuple[Any, ...] = (
    *(Plan, Plan.recipients.through, Section, KeyTask, KeyTaskOwner, KeyTaskStep, Amendment),
    *(Task, Step, ProgressReport, ProgressReport.steps.through, ExtensionRequest, TaskEvent),
)


def refused(
    kind: type[Refusal], service: Callable[..., object], *args: Any, **kwargs: Any
) -> Refusal:
    """The refusal with which the service answers, every row being as it was before."""
    before = _everything()
    with pytest.raises(kind) as caught:
        service(*args, **kwargs)
    assert _everything() == before
    return caught.value


def _everything() -> list[list[Any]]:
    return [list(model.objects.order_by("pk").values_list()) for model in ROWS]
