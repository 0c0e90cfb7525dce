"""Handing in files, and that row and file keep together."""

import io
from collections.abc import Callable

import pytest

from accounts.errors import Refusal
from accounts.models import User
from plans.models import Plan
from tasks.evidence import (
    attach,
)
from tasks.files.storage import EVIDENCE
from tasks.models import Evidence, ProgressReport
from tests.county import (
    County,
    at,
    due,
    issued_plan,
    item,
    owner,
    sign_for_all,
)
from tests.evidence_files import PDF


def make_plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


def attached(
    county: County,
    report: ProgressReport,
    *,
    name: str = "总结.pdf",
    content: bytes = PDF,
    actor: User | None = None,
    version: int | None = None,
) -> Evidence:
    return attach(
        report.pk,
        name,
        io.BytesIO(content),
        actor=actor or county.officer("甲镇"),
        at=at(5, 6),
        version=version,
    )


def stored() -> set[str]:
    """The names of all files that are kept."""
    return {path.name for path in EVIDENCE.path_of("00").parents[1].rglob("*") if path.is_file()}


def rows() -> set[str]:
    return set(Evidence.objects.values_list("stored_as", flat=True))


def refused(kind: type[Refusal], job: Callable[[], object]) -> str:
    """The code of the refusal; neither row nor file is left of it, nor lost by it."""
    before = (rows(), stored())
    with pytest.raises(kind) as caught:
        job()
    assert (rows(), stored()) == before
    return caught.value.code
