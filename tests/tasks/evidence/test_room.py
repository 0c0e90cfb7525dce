"""Evidence: how much of it, also at once; and what no row knows is swept away."""

import datetime as dt
import io
import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.errors import Conflict, Invalid, NoRoom
from accounts.models import Unit
from plans.models import Plan
from tasks import evidence
from tasks.evidence import (
    kept_in_year,
    sweep_evidence,
)
from tasks.files.storage import EVIDENCE
from tasks.models import Evidence, ProgressReport, Task
from tasks.progress import Said, submit_report
from tests.county import (
    County,
    at,
    due,
    issued_plan,
    item,
    make_county,
    owner,
    share,
    sign_for_all,
)
from tests.evidence_files import PDF, TEXT
from tests.tasks.evidence.handing_in import attached, refused, rows, stored


class TestRoom:
    def test_of_a_file(
        self, county: County, report: ProgressReport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert evidence.LARGEST_FILE == 50 * 1024 * 1024
        monkeypatch.setattr(evidence, "LARGEST_FILE", len(PDF) - 1)
        assert refused(Invalid, partial(attached, county, report)) == "file_too_large"

    def test_of_a_report(self, county: County, report: ProgressReport) -> None:
        for number in range(20):
            attached(county, report, name=f"{number}.txt", content=TEXT)
        assert refused(Conflict, partial(attached, county, report)) == "too_many_files"

    def test_of_a_unit_and_year(
        self, county: County, plan: Plan, report: ProgressReport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert evidence.MOST_OF_A_UNIT == 2 * 1024**3
        monkeypatch.setattr(evidence, "MOST_OF_A_UNIT", 2 * len(PDF) + 1)
        attached(county, report)
        last = attached(county, report)
        assert kept_in_year(county.unit("甲镇"), at(5, 6)) == 2 * len(PDF)
        assert refused(Conflict, partial(attached, county, report)) == "quota_used_up"
        # The last second of the year before, by the county's clocks.
        before = at(1, 1, 0) - dt.timedelta(seconds=1)
        Evidence.objects.filter(pk=last.pk).update(uploaded_at=before)
        attached(county, report)
        # Another unit has room of its own.
        village = submit_report(
            share(plan, "乙乡").pk, Said(no_change=True), actor=county.officer("乙乡"), at=at(5, 6)
        )
        attached(county, village, actor=county.officer("乙乡"))

    def test_on_the_disk(self, county: County, report: ProgressReport) -> None:
        """The kernel lets this process write no file longer than 100 kB."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            job = partial(attached, county, report, name="x.txt", content=b"x" * 150_000)
            assert refused(NoRoom, job) == "storage_full"
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TestSweep:
    def test_only_old_files_without_a_row_go(self, county: County, report: ProgressReport) -> None:
        kept = attached(county, report)
        lost, new = (EVIDENCE.store(io.BytesIO(b"x"), most=9).stored_as for _n in range(2))
        for name in (kept.stored_as, lost):
            os.utime(EVIDENCE.path_of(name), (at(5, 5, 9).timestamp(), at(5, 5, 9).timestamp()))
        os.utime(EVIDENCE.path_of(new), (at(5, 5, 11).timestamp(), at(5, 5, 11).timestamp()))
        assert sweep_evidence(at=at(5, 6, 10)) == 1
        assert stored() == {kept.stored_as, new}
        assert sweep_evidence(at=at(5, 6, 10)) == 0

    def test_as_a_command(self, db: None, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        lost = EVIDENCE.store(io.BytesIO(b"x"), most=9).stored_as
        os.utime(EVIDENCE.path_of(lost), (1_000, 1_000))
        call_command("sweep_evidence")
        assert capsys.readouterr().out == "files removed: 1\n"
        assert stored() == set()

    def test_what_a_crash_left_between_file_and_row(
        self, county: County, report: ProgressReport
    ) -> None:
        """The row is rolled back from outside, as by a server that dies: the file is swept."""
        with transaction.atomic():
            attached(county, report)
            transaction.set_rollback(True)
        assert (rows(), len(stored())) == (set(), 1)
        [lost] = stored()
        os.utime(EVIDENCE.path_of(lost), (1_000, 1_000))
        assert sweep_evidence(at=at(5, 8)) == 1
        assert stored() == set()


THREADS = 8


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Eight people of a unit hand in files at the same moment, where four have room."""

    @pytest.fixture
    def county(self, transactional_db: None) -> County:
        return make_county()

    @pytest.fixture
    def reports(self, county: County) -> list[ProgressReport]:
        """Waiting reports of one unit on eight key tasks: no share is common to them."""
        owners = [owner("甲镇", "responsible")]
        items = [item(f"{n}.", "普法", owners, due("2026-09-30")) for n in range(1, THREADS + 1)]
        plan = issued_plan(county, *items)
        sign_for_all(county, plan)
        officer = county.officer("甲镇")
        return [
            submit_report(task.pk, Said(no_change=True), actor=officer, at=at(5, 6))
            for task in Task.objects.filter(plan=plan)
        ]

    @pytest.fixture(autouse=True)
    def room_for_four(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who has read how much is kept waits for the others, but not for ever.

        The pause stands for the rest of a busy transaction. Under the lock the first waits in
        vain; without it all have read before anybody writes.
        """
        read, together = kept_in_year, threading.Barrier(THREADS)

        def read_and_wait(unit: Unit, when: dt.datetime) -> int:
            found = read(unit, when)
            with suppress(threading.BrokenBarrierError):
                together.wait(timeout=1)
            return found

        monkeypatch.setattr(evidence, "MOST_OF_A_UNIT", 4 * len(PDF))
        monkeypatch.setattr(evidence, "kept_in_year", read_and_wait)

    def outcomes(self, county: County, reports: list[ProgressReport]) -> list[Exception | None]:
        together = threading.Barrier(THREADS)

        def hand_in(report: ProgressReport) -> Exception | None:
            try:
                together.wait(timeout=30)
                attached(county, report)
            except Exception as error:
                return error
            finally:
                connection.close()
            return None

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(hand_in, reports))

    def test_no_more_is_kept_than_there_is_room_for(
        self, county: County, reports: list[ProgressReport]
    ) -> None:
        outcomes = self.outcomes(county, reports)
        assert outcomes.count(None) == 4
        codes = {error.code for error in outcomes if isinstance(error, Conflict)}
        assert codes == {"quota_used_up"}
        assert len(rows()) == 4
        assert rows() == stored()

    def test_control_without_the_lock_too_much_is_kept(
        self, county: County, reports: list[ProgressReport], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The guard switched off: everybody sees the room that was there before."""
        monkeypatch.setattr(evidence, "lock_quota", lambda unit_id: None)
        assert self.outcomes(county, reports) == [None] * THREADS
        assert len(rows()) > 4

    def test_only_so_many_files_fit_a_report(
        self, county: County, reports: list[ProgressReport], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(evidence, "MOST_FILES", 3)
        outcomes = self.outcomes(county, reports[:1] * THREADS)
        assert outcomes.count(None) == 3
        assert rows() == stored()
