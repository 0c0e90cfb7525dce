"""Evidence: onto which report, by whom, how much; and that row and file keep together."""

import datetime as dt
import hashlib
import io
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import Settings

from accounts.errors import Conflict, Invalid, NoRoom, NotAllowed, Refusal, Stale
from accounts.models import User
from plans.models import Plan
from tasks import evidence
from tasks.evidence import (
    attach,
    evidence_of,
    kept_in_year,
    open_evidence,
    remove_evidence,
    sweep_evidence,
)
from tasks.files.storage import path_of, store
from tasks.models import Evidence, ProgressReport, Task
from tasks.progress import Said, approve_report, let_out, return_report, save_draft, submit_report
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
from tests.evidence_files import HTML, PDF, TEXT, hostile, png

ON = dt.date(2026, 5, 6)


@pytest.fixture(autouse=True)
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


def make_plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


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
    return {path.name for path in path_of("00").parents[1].rglob("*") if path.is_file()}


def rows() -> set[str]:
    return set(Evidence.objects.values_list("stored_as", flat=True))


def refused(kind: type[Refusal], job: Callable[[], object]) -> str:
    """The code of the refusal; neither row nor file is left of it, nor lost by it."""
    before = (rows(), stored())
    with pytest.raises(kind) as caught:
        job()
    assert (rows(), stored()) == before
    return caught.value.code


class TestAttach:
    def test_the_file_is_kept_as_it_came(self, county: County, report: ProgressReport) -> None:
        kept = attached(county, report, name="../清理/总结\u202e.pdf")
        assert (kept.name, kept.kind, kept.size) == ("总结.pdf", "pdf", len(PDF))
        assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
        assert (kept.uploaded_by, kept.uploaded_at) == (county.officer("甲镇"), at(5, 6))
        assert rows() == stored() == {kept.stored_as}
        assert kept.name not in kept.stored_as
        with open_evidence(kept) as found:
            assert found.read() == PDF

    def test_in_the_order_in_which_it_came(self, county: County, report: ProgressReport) -> None:
        names = ["乙.txt", "甲.txt"]
        for name in names:
            attached(county, report, name=name, content=TEXT)
        assert [kept.name for kept in evidence_of(report)] == names

    def test_reports_do_without(self, county: County, report: ProgressReport) -> None:
        assert approve_report(report.pk, actor=county.coordinator, at=at(5, 7)).state == "approved"

    @pytest.mark.parametrize("name", ["甲镇-officer", "甲镇-head"])
    def test_the_people_of_the_unit_do(
        self, county: County, report: ProgressReport, name: str
    ) -> None:
        assert attached(county, report, actor=county.people[name]).report == report

    @pytest.mark.parametrize(
        "name",
        ["乙乡-officer", "司法局-head", "县-viewer", "甲一村-head", "依法治县办-coordinator"],
    )
    def test_nobody_else_does(self, county: County, report: ProgressReport, name: str) -> None:
        job = partial(attached, county, report, actor=county.people[name])
        assert refused(NotAllowed, job) == "not_your_share"

    def test_whoever_decides_looks_again(self, county: County, report: ProgressReport) -> None:
        attached(county, report, version=report.version)
        with pytest.raises(Stale):
            approve_report(report.pk, actor=county.coordinator, at=at(5, 7), version=report.version)
        assert refused(Stale, partial(attached, county, report, version=1)) == "stale"

    def test_to_a_report_inside_the_unit(self, county: County, plan: Plan, town: Task) -> None:
        Plan.objects.filter(pk=plan.pk).update(approval_inside_unit=True)
        inside = submit_report(
            town.pk, Said(percent=Decimal(40)), actor=county.officer("甲镇"), at=at(5, 6)
        )
        assert inside.state == "inside"
        assert attached(county, inside).report == inside

    @pytest.mark.parametrize("decision", [approve_report, partial(return_report, reason="缺")])
    def test_not_once_it_is_decided(
        self, county: County, report: ProgressReport, decision: Callable[..., object]
    ) -> None:
        kept = attached(county, report)
        decision(report.pk, actor=county.coordinator, at=at(5, 7))
        assert refused(Conflict, partial(attached, county, report)) == "already_decided"
        remove = partial(remove_evidence, kept.pk, actor=county.officer("甲镇"), at=at(5, 8))
        assert refused(Conflict, remove) == "evidence_stays"

    def test_the_history_keeps_what_was_approved(
        self, county: County, report: ProgressReport
    ) -> None:
        kept = attached(county, report)
        approve_report(report.pk, actor=county.coordinator, at=at(5, 7))
        event = report.task.events.get(kind="approved")
        assert event.data == {
            "report": report.pk,
            "percent": "40.00",
            "evidence": [kept.sha256],
        }

    def test_a_closed_plan_is_at_rest(
        self, county: County, plan: Plan, report: ProgressReport
    ) -> None:
        Plan.objects.filter(pk=plan.pk).update(state="closed", closed_at=at(5, 6))
        assert refused(Conflict, partial(attached, county, report)) == "plan_closed"

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("", PDF, "file_name_missing"),
            ("木马.exe", PDF, "file_kind_not_taken"),
            ("总结.pdf", b"", "file_empty"),
            ("截图.png", HTML, "file_content_differs"),
            ("截图.png", png() + HTML, "file_content_differs"),
        ],
    )
    def test_what_is_no_evidence(
        self, county: County, report: ProgressReport, name: str, content: bytes, code: str
    ) -> None:
        job = partial(attached, county, report, name=name, content=content)
        assert refused(Invalid, job) == code

    def test_nothing_hostile_is_kept(self, county: County, report: ProgressReport) -> None:
        for _case, kind, content, _code in hostile():
            refused(Invalid, partial(attached, county, report, name=f"x.{kind}", content=content))
        assert stored() == set()


class TestDraft:
    def test_is_its_author_s_alone(self, county: County, draft: ProgressReport) -> None:
        kept = attached(county, draft)
        job = partial(attached, county, draft, actor=county.head("甲镇"))
        assert refused(NotAllowed, job) == "not_your_draft"
        for name in ("甲镇-head", "依法治县办-coordinator", "县-head", "乙乡-officer"):
            person = county.people[name]
            assert not Evidence.objects.visible_to(person, ON).exists()
            assert not ProgressReport.objects.visible_to(person, ON).exists()
        assert list(Evidence.objects.visible_to(county.officer("甲镇"), ON)) == [kept]

    def test_its_files_go_with_the_report(self, county: County, draft: ProgressReport) -> None:
        kept = attached(county, draft)
        report = submit_report(
            draft.task_id, Said(no_change=True), actor=county.officer("甲镇"), at=at(5, 7)
        )
        assert list(evidence_of(report)) == [kept]
        assert not ProgressReport.objects.filter(pk=draft.pk).exists()
        assert list(Evidence.objects.visible_to(county.coordinator, ON)) == [kept]
        assert not Evidence.objects.visible_to(county.officer("乙乡"), ON).exists()

    def test_several_files_one_after_the_other(self, county: County, draft: ProgressReport) -> None:
        for number in range(3):
            attached(county, draft, name=f"{number}.pdf", version=1)
        assert evidence_of(draft).count() == 3

    def test_submitted_while_the_file_is_on_its_way(
        self, county: County, draft: ProgressReport
    ) -> None:
        """The stream's last piece comes after the draft has become a report."""

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                piece = super().read(size)
                if not piece and ProgressReport.objects.filter(pk=draft.pk).exists():
                    submit_report(
                        draft.task_id,
                        Said(percent=Decimal(40)),
                        actor=county.officer("甲镇"),
                        at=at(5, 6),
                    )
                return piece

        job = partial(
            attach, draft.pk, "总结.pdf", Slow(PDF), actor=county.officer("甲镇"), at=at(5, 6)
        )
        assert refused(Conflict, job) == "draft_submitted"

    def test_what_waits_inside_is_seen_inside(
        self, county: County, plan: Plan, draft: ProgressReport
    ) -> None:
        Plan.objects.filter(pk=plan.pk).update(approval_inside_unit=True)
        kept = attached(county, draft)
        report = submit_report(
            draft.task_id, Said(percent=Decimal(40)), actor=county.officer("甲镇"), at=at(5, 6)
        )
        assert list(Evidence.objects.visible_to(county.head("甲镇"), ON)) == [kept]
        for name in ("依法治县办-coordinator", "县-head", "甲一村-head"):
            assert not Evidence.objects.visible_to(county.people[name], ON).exists()
        let_out(report.pk, actor=county.head("甲镇"), at=at(5, 7))
        assert list(Evidence.objects.visible_to(county.coordinator, ON)) == [kept]


class TestRemove:
    def test_row_and_file_go_with_the_commit(
        self,
        county: County,
        draft: ProgressReport,
        django_capture_on_commit_callbacks: Callable[..., object],
    ) -> None:
        kept = attached(county, draft)
        other = attached(county, draft, name="截图.png", content=png())
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            remove_evidence(kept.pk, actor=county.officer("甲镇"), at=at(5, 6))
            assert stored() == {kept.stored_as, other.stored_as}
        assert rows() == stored() == {other.stored_as}

    def test_by_who_handed_it_in(self, county: County, draft: ProgressReport) -> None:
        kept = attached(county, draft)
        for name, code in (("甲镇-head", "not_your_evidence"), ("乙乡-head", "not_your_share")):
            job = partial(remove_evidence, kept.pk, actor=county.people[name], at=at(5, 6))
            assert refused(NotAllowed, job) == code

    def test_not_from_a_submitted_report(self, county: County, report: ProgressReport) -> None:
        kept = attached(county, report)
        job = partial(remove_evidence, kept.pk, actor=county.officer("甲镇"), at=at(5, 6))
        assert refused(Conflict, job) == "evidence_stays"


def test_a_file_that_is_gone_is_said_so(county: County, report: ProgressReport) -> None:
    kept = attached(county, report)
    path_of(kept.stored_as).unlink()
    with pytest.raises(Conflict) as missing:
        open_evidence(kept)
    assert missing.value.code == "file_missing"


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
        lost, new = (store(io.BytesIO(b"x"), most=9).stored_as for _n in range(2))
        for name in (kept.stored_as, lost):
            os.utime(path_of(name), (at(5, 5, 9).timestamp(), at(5, 5, 9).timestamp()))
        os.utime(path_of(new), (at(5, 5, 11).timestamp(), at(5, 5, 11).timestamp()))
        assert sweep_evidence(at=at(5, 6, 10)) == 1
        assert stored() == {kept.stored_as, new}
        assert sweep_evidence(at=at(5, 6, 10)) == 0

    def test_as_a_command(self, db: None, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        lost = store(io.BytesIO(b"x"), most=9).stored_as
        os.utime(path_of(lost), (1_000, 1_000))
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
        os.utime(path_of(lost), (1_000, 1_000))
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
        monkeypatch.setattr(evidence, "MOST_OF_A_UNIT", 4 * len(PDF))

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
        """The guard switched off: everybody sees the room that was there before.

        The pause between reading and writing stands for the rest of a busy transaction.
        """
        read = kept_in_year
        together = threading.Barrier(THREADS)

        def read_early(*arguments: object) -> int:
            found = read(*arguments)  # type: ignore[arg-type]
            together.wait(timeout=30)
            return found

        monkeypatch.setattr(evidence, "lock_quota", lambda unit_id: None)
        monkeypatch.setattr(evidence, "kept_in_year", read_early)
        assert self.outcomes(county, reports) == [None] * THREADS
        assert len(rows()) > 4

    def test_only_so_many_files_fit_a_report(
        self, county: County, reports: list[ProgressReport], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(evidence, "MOST_FILES", 3)
        outcomes = self.outcomes(county, reports[:1] * THREADS)
        assert outcomes.count(None) == 3
        assert rows() == stored()
