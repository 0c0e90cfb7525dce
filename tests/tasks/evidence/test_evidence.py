"""Evidence: onto which report, by whom, and who may see it."""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from plans.models import Plan
from tasks.evidence import (
    attach,
    evidence_of,
    open_evidence,
    remove_evidence,
)
from tasks.files.storage import EVIDENCE
from tasks.models import Evidence, ProgressReport, Task
from tasks.progress import Said, approve_report, let_out, return_report, submit_report
from tests.county import (
    County,
    at,
)
from tests.evidence_files import HTML, PDF, TEXT, hostile, png
from tests.tasks.evidence.handing_in import attached, refused, rows, stored

ON = dt.date(2026, 5, 6)


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

    def test_not_a_byte_is_taken_from_anybody_else(
        self, county: County, report: ProgressReport
    ) -> None:
        class Unread:
            def read(self, size: int, /) -> bytes:
                raise AssertionError("somebody read what is not to be kept")

        with pytest.raises(NotAllowed):
            attach(report.pk, "总结.pdf", Unread(), actor=county.officer("乙乡"), at=at(5, 6))

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
        assert event.data["evidence"] == [kept.sha256]

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
    EVIDENCE.path_of(kept.stored_as).unlink()
    with pytest.raises(Conflict) as missing:
        open_evidence(kept)
    assert missing.value.code == "file_missing"
