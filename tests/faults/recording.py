"""What ``make faults`` found, written to ``var/faults.json``: a plugin that it alone loads.

A test of a fault bears ``@pytest.mark.fault(suite=…, name=…)``, its control the same mark with
``control=True``; what they counted they say with ``record_property``. A fault is held where its
tests passed; the control has failed, as it must, where the test of the control passed.
"""

import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest

from tests.faults.chance import SEED

FILE = Path("var/faults.json")
#: Under this name the mark of a test travels with its report, also from a worker of xdist.
MARK = "fault"


class Recorder:
    """Collects the reports of a run, fault by fault, in the order in which they came."""

    def __init__(self) -> None:
        self.faults: dict[tuple[str, str], dict[str, Any]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if mark := item.get_closest_marker(MARK):
            item.user_properties.append((MARK, dict(mark.kwargs)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said: dict[str, Any] = dict(report.user_properties)
        if MARK not in said or (report.when != "call" and report.passed):
            return
        mark = said.pop(MARK)
        found = self._fault(mark["suite"], mark["name"])
        found["figures"].update(said)
        field = "control_failed" if mark.get("control") else "held"
        found[field] = report.passed and found[field] is not False

    def _fault(self, suite: str, name: str) -> dict[str, Any]:
        unknown = {"suite": suite, "name": name, "held": None, "control_failed": None}
        return self.faults.setdefault((suite, name), {**unknown, "figures": {}})

    def pytest_report_header(self) -> str:
        return f"seed of the faults: {SEED} (again with: make faults SEED={SEED})"

    def pytest_sessionfinish(self) -> None:
        faults = [
            {**found, "held": bool(found["held"]), "control_failed": bool(found["control_failed"])}
            for found in self.faults.values()
        ]
        found = {
            "commit": _commit(),
            "versions": versions(),
            "seed": SEED,
            "faults": faults,
        }
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"faults, seed {SEED}, in {FILE}")
        for found in self.faults.values():
            held = "held" if found["held"] else "NOT HELD"
            control = "control failed" if found["control_failed"] else "NO CONTROL"
            terminalreporter.line(f"{found['name']}: {held}, {control} {found['figures']}")


def versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "psycopg": psycopg.__version__,
        "postgresql": _postgresql(),
    }


def _postgresql() -> str:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return str(connection.info.parameter_status("server_version"))


def _commit() -> str:
    """Of the working tree, marked where it holds changes that are not committed."""
    asked = ["git", "describe", "--always", "--abbrev=40", "--dirty"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(), "luoshi-faults")
