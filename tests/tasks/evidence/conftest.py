"""A report and a draft that files can be handed in with, and a place for these."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from plans.models import Plan
from tasks.models import ProgressReport, Task
from tasks.progress import Said, save_draft, submit_report
from tests.county import (
    County,
    at,
    share,
)
from tests.tasks.evidence.asking import client_of
from tests.tasks.evidence.handing_in import make_plan


@pytest.fixture(autouse=True)
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return share(plan, "甲镇")


@pytest.fixture
def report(county: County, town: Task) -> ProgressReport:
    return submit_report(
        town.pk, Said(percent=Decimal(40)), actor=county.officer("甲镇"), at=at(5, 6)
    )


@pytest.fixture
def draft(county: County, town: Task) -> ProgressReport:
    return save_draft(town.pk, Said(percent=Decimal(40)), actor=county.officer("甲镇"), at=at(5, 6))


@pytest.fixture
def officer(county: County) -> Client:
    return client_of(county.officer("甲镇"))
