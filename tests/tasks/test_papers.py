"""Papers: one at a time for each person, made once, with the rights of the person, and gone."""

import datetime as dt
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from accounts.access import Role
from accounts.directory import grant_role
from accounts.errors import Conflict, NoRoom
from accounts.models import Membership, User
from plans.models import Plan
from tasks import papers
from tasks.api.paper_kinds import MAKERS
from tasks.files.storage import PAPERS
from tasks.models import Paper
from tasks.papers import (
    LEASE,
    Content,
    Maker,
    Tell,
    ask_for_paper,
    make_due,
    open_paper,
    remove_old_papers,
    sweep_papers,
    take_back,
)
from tests.county import START, County, at
from tests.tasks.life_case import townships_plan

LEDGER = {"size": "A3", "filters": {}}
BEGUN = at(9, 20)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


def ask(plan: Plan, user: User, *, kind: str = "ledger", asked: object = None) -> Paper:
    words: Mapping[str, object] = asked or LEDGER  # type: ignore[assignment]
    return ask_for_paper(
        kind, plan, as_of=timezone.localdate(BEGUN), asked=words, actor=user, at=BEGUN
    )


def make(maker: Maker | None = None, *, now: dt.datetime = BEGUN) -> int:
    makers = dict.fromkeys(MAKERS, maker) if maker else MAKERS
    return make_due(makers, clock=lambda: now)


def fresh(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


def files() -> list[str]:
    return sorted(p.name for p in PAPERS.path_of("00").parents[1].rglob("*") if p.is_file())


def small(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
    """A maker of a file of three bytes."""
    return Content("a.xlsx", io.BytesIO(b"abc"))


class TestAsking:
    def test_one_at_a_time_for_each_person(self, county: County, plan: Plan) -> None:
        first = ask(plan, county.coordinator)
        with pytest.raises(Conflict) as refused:
            ask(plan, county.coordinator)
        assert (refused.value.code, refused.value.details) == (
            "paper_under_way",
            {"paper": first.pk},
        )
        ask(plan, county.officer("甲镇"))
        assert make() == 2
        ask(plan, county.coordinator)

    def test_the_database_says_so_too(self, county: County, plan: Plan) -> None:
        paper = ask(plan, county.coordinator)
        paper.pk = None
        with pytest.raises(IntegrityError, match="one_paper_under_way_a_person"):
            paper.save(force_insert=True)

    def test_the_job_is_woken_after_the_commit(
        self, county: County, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        woken: list[str] = []
        monkeypatch.setattr(papers, "nudge", woken.append)
        ask(plan, county.coordinator)
        assert woken == ["tasks.jobs.make_papers"]


class TestMaking:
    def test_a_ledger(self, county: County, plan: Plan, settings: Settings) -> None:
        settings.LUOSHI_PAPER_DAYS = 3
        paper = ask(plan, county.coordinator)
        assert make() == 1
        made = fresh(paper)
        assert (made.state, made.attempts, made.made_at) == ("made", 1, BEGUN)
        assert made.kept_until == BEGUN + dt.timedelta(days=3)
        assert made.name == "2026年工作要点 台账 2026-09-20.xlsx"
        with open_paper(made) as file:
            content = file.read()
        assert (made.size, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert load_workbook(io.BytesIO(content)).active["A3"].value == "序号"
        assert make() == 0

    def test_a_completion_report_of_some_shares(self, county: County, plan: Plan) -> None:
        asked = {"by": "unit", "filters": {"role": ["responsible"]}}
        paper = ask(plan, county.coordinator, kind="completion", asked=asked)
        make()
        with open_paper(fresh(paper)) as file:
            rows = load_workbook(file).active.iter_rows(min_row=5, max_col=1, values_only=True)
            assert [name for (name,) in rows] == ["甲镇", "乙乡", "全计划"]

    def test_with_the_rights_of_that_moment(self, county: County, plan: Plan) -> None:
        paper = ask(plan, county.coordinator)
        Membership.objects.filter(user=county.coordinator).delete()
        grant_role(county.coordinator, county.unit("甲镇"), Role.VIEWER, valid_from=START)
        make()
        with open_paper(fresh(paper)) as file:
            sheet = load_workbook(file).active
        assert [sheet.cell(row, 5).value for row in range(5, sheet.max_row + 1)] == ["甲镇"]

    def test_not_for_who_lost_sight_of_the_plan(self, county: County, plan: Plan) -> None:
        paper = ask(plan, county.coordinator)
        User.objects.filter(pk=county.coordinator.pk).update(is_active=False)
        make()
        assert (fresh(paper).state, fresh(paper).fault) == ("failed", "out_of_sight")
        assert files() == []

    def test_not_of_a_unit_that_went_out_of_sight(self, county: County, plan: Plan) -> None:
        asked = {"size": "A4", "filters": {"unit": ["999999"]}}
        paper = ask(plan, county.coordinator, asked=asked)
        make()
        assert (fresh(paper).state, fresh(paper).fault) == ("failed", "out_of_sight")

    @pytest.mark.parametrize(
        ("error", "fault"), [(ValueError("x"), "broken"), (NoRoom("full", "x"), "no_room")]
    )
    def test_what_cannot_be_made_says_why(
        self, county: County, plan: Plan, error: Exception, fault: str
    ) -> None:
        def fail(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            raise error

        paper = ask(plan, county.coordinator)
        assert make(fail) == 1
        assert (fresh(paper).state, fresh(paper).fault) == ("failed", fault)
        assert fresh(paper).kept_until is not None
        ask(plan, county.coordinator)

    def test_a_database_that_is_away_says_nothing_about_the_paper(
        self, county: County, plan: Plan
    ) -> None:
        def lose(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            raise OperationalError

        paper = ask(plan, county.coordinator)
        with pytest.raises(OperationalError):
            make(lose)
        assert fresh(paper).state == "making"
        assert make(now=BEGUN + LEASE + SECOND) == 1
        assert fresh(paper).state == "made"

    def test_a_round_ends_and_leaves_the_rest(self, county: County, plan: Plan) -> None:
        for person in (county.coordinator, county.officer("甲镇"), county.officer("乙乡")):
            ask(plan, person)
        clock = self._clock_of_minutes()
        assert make_due(dict.fromkeys(MAKERS, small), clock=lambda: next(clock)) == 1
        assert Paper.objects.filter(state="waiting").count() == 2

    def _clock_of_minutes(self) -> Iterator[dt.datetime]:
        now = BEGUN
        while True:
            yield now
            now += dt.timedelta(seconds=20)


class TestProgress:
    def test_is_written_at_most_every_second_and_keeps_the_lease(
        self, county: County, plan: Plan
    ) -> None:
        now, seen = [BEGUN], []

        def slow(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            for done in range(1, 6):
                tell(done, 5)
                row = fresh(paper)
                seen.append((row.done, row.total, row.lease_until))
                now[0] += SECOND / 2
            return small(paper, at=at, tell=tell)

        ask(plan, county.coordinator)
        make_due(dict.fromkeys(MAKERS, slow), clock=lambda: now[0])
        assert seen == [
            (1, 5, BEGUN + LEASE),
            (1, 5, BEGUN + LEASE),
            (3, 5, BEGUN + LEASE + SECOND),
            (3, 5, BEGUN + LEASE + SECOND),
            (5, 5, BEGUN + LEASE + 2 * SECOND),
        ]


class TestLeases:
    def test_a_dead_makers_paper_is_taken_again_when_its_lease_is_over(
        self, county: County, plan: Plan, django_capture_on_commit_callbacks: object
    ) -> None:
        paper = ask(plan, county.coordinator)
        dead = papers.claim(BEGUN)
        assert dead is not None
        PAPERS.store(io.BytesIO(b"half"), most=9, stored_as=dead.lease_token)
        assert make(now=BEGUN + LEASE) == 0
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert make(now=BEGUN + LEASE + SECOND) == 1
        assert (fresh(paper).state, fresh(paper).attempts) == ("made", 2)
        assert files() == [fresh(paper).stored_as]

    def test_one_that_kills_its_makers_is_found_out(self, county: County, plan: Plan) -> None:
        paper = ask(plan, county.coordinator)
        now = BEGUN
        for _turn in range(3):
            assert papers.claim(now) is not None
            now += LEASE + SECOND
        assert make(now=now) == 0
        assert (fresh(paper).state, fresh(paper).fault) == ("failed", "abandoned")
        assert fresh(paper).attempts == 3

    def test_who_comes_late_leaves_nothing(self, county: County, plan: Plan) -> None:
        """Its lease was over, and another maker has made the paper meanwhile."""

        def overtaken(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            assert make(now=BEGUN + LEASE + SECOND) == 1
            return Content("late.xlsx", io.BytesIO(b"late"))

        paper = ask(plan, county.coordinator)
        make(overtaken)
        assert (fresh(paper).state, fresh(paper).attempts) == ("made", 2)
        assert fresh(paper).name != "late.xlsx"
        assert files() == [fresh(paper).stored_as]

    def test_nor_does_it_fail_what_another_has_made(self, county: County, plan: Plan) -> None:
        def overtaken(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            make(now=BEGUN + LEASE + SECOND)
            raise ValueError

        paper = ask(plan, county.coordinator)
        make(overtaken)
        assert fresh(paper).state == "made"

    def test_it_hears_of_it_at_the_next_row(self, county: County, plan: Plan) -> None:
        told = []

        def overtaken(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            make(small, now=BEGUN + LEASE + SECOND)
            tell(1, 2)
            told.append(1)
            return small(paper, at=at, tell=tell)

        ask(plan, county.coordinator)
        make(overtaken)
        assert told == []


class TestTakingBack:
    def test_while_it_is_made(self, county: County, plan: Plan) -> None:
        def unwanted(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
            take_back(paper)
            return small(paper, at=at, tell=tell)

        ask(plan, county.coordinator)
        make(unwanted)
        assert (Paper.objects.count(), files()) == (0, [])

    def test_the_file_goes_with_it(
        self, county: County, plan: Plan, django_capture_on_commit_callbacks: object
    ) -> None:
        paper = ask(plan, county.coordinator)
        make()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            take_back(fresh(paper))
        assert (Paper.objects.count(), files()) == (0, [])
        take_back(paper)


class TestAge:
    def test_what_was_kept_for_its_days_is_removed(
        self, county: County, plan: Plan, django_capture_on_commit_callbacks: object
    ) -> None:
        paper = ask(plan, county.coordinator)
        make()
        ask(plan, county.officer("甲镇"))
        end = fresh(paper).kept_until
        assert end is not None
        assert remove_old_papers(at=end - SECOND) == 0
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert remove_old_papers(at=end) == 1
        assert files() == []
        assert Paper.objects.get().asked_by == county.officer("甲镇")

    def test_the_job_does_that_as_well(self, county: County, plan: Plan) -> None:
        ask(plan, county.coordinator)
        make()
        assert make(now=BEGUN + dt.timedelta(days=366)) == 0
        assert Paper.objects.count() == 0

    def test_files_of_no_paper_are_swept(self, county: County, plan: Plan) -> None:
        paper = ask(plan, county.coordinator)
        make()
        lost = PAPERS.store(io.BytesIO(b"x"), most=9).stored_as
        new = PAPERS.store(io.BytesIO(b"x"), most=9).stored_as
        kept = fresh(paper).stored_as
        for name in (lost, kept):
            os.utime(PAPERS.path_of(name), (BEGUN.timestamp(), BEGUN.timestamp()))
        later = BEGUN + dt.timedelta(hours=25)
        os.utime(PAPERS.path_of(new), (later.timestamp(), later.timestamp()))
        assert sweep_papers(at=later) == 1
        assert files() == sorted([kept, new])

    def test_a_file_that_is_not_at_its_place(self, county: County, plan: Plan) -> None:
        paper = ask(plan, county.coordinator)
        with pytest.raises(Conflict) as refused:
            open_paper(paper)
        assert refused.value.code == "paper_not_made"
        make()
        Path(PAPERS.path_of(fresh(paper).stored_as)).unlink()
        with pytest.raises(Conflict) as refused:
            open_paper(fresh(paper))
        assert refused.value.code == "file_missing"
