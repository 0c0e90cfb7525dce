"""催办 and 督办单 over the API."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.api.conditions import etag_of
from accounts.models import User
from plans.models import Plan
from tasks.models import SupervisionNotice, Task, Urge
from tests.county import County, due, issued_plan, item, owner, share, sign_for_all

ROOT = "/api/v1"


@pytest.fixture
def town(county: County) -> Task:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    plan: Plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return share(plan, "甲镇")


class Api:
    def __init__(self, person: User) -> None:
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(person)

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(ROOT + path, parameters)

    def post(self, path: str, body: Any, row: Any = None) -> Any:
        """``row`` is looked at once more, as somebody would who does one thing after another."""
        headers = {}
        if row is not None:
            row.refresh_from_db()
            headers = {"If-Match": etag_of(row)}
        return self.client.post(ROOT + path, body, content_type="application/json", headers=headers)


@pytest.fixture
def office(county: County) -> Api:
    return Api(county.coordinator)


def today() -> str:
    return timezone.localdate().isoformat()


def issue(api: Api, task: Task, **words: Any) -> Any:
    body = {"text": "限期整改。", "answer_by": today()} | words
    return api.post(f"/tasks/{task.pk}/supervision-notices/", body, task)


@pytest.fixture
def notice(office: Api, town: Task) -> SupervisionNotice:
    assert issue(office, town).status_code == 201
    return SupervisionNotice.objects.get()


CALLERS = [
    # who, urges, supervises, reads
    ("依法治县办-coordinator", 201, 201, 200),
    ("司法局-head", 201, 201, 200),
    ("司法局-officer", 201, 403, 200),
    ("甲镇-head", 403, 403, 200),
    ("甲镇-officer", 403, 403, 200),
    ("县-head", 403, 403, 200),
    ("县-viewer", 403, 403, 200),
    ("甲一村-head", 404, 404, 404),
    ("乙乡-head", 404, 404, 404),
    ("财政局-officer", 404, 404, 404),
]


@pytest.mark.parametrize(("name", "urges", "supervises", "reads"), CALLERS)
def test_who_may_do_what(
    county: County,
    town: Task,
    notice: SupervisionNotice,
    name: str,
    urges: int,
    supervises: int,
    reads: int,
) -> None:
    api = Api(county.people[name])
    assert api.get(f"/tasks/{town.pk}/urges/").status_code == reads
    assert api.get(f"/tasks/{town.pk}/supervision-notices/").status_code == reads
    path = f"/supervision-notices/{notice.pk}/"
    assert api.get(path).status_code == reads
    listed = api.get("/supervision-notices/").json()["results"]
    assert [row["id"] for row in listed] == ([notice.pk] if reads == 200 else [])
    done = 200 if supervises == 201 else supervises
    assert api.post(f"/tasks/{town.pk}/urges/", {"text": "请报送。"}, town).status_code == urges
    assert Urge.objects.count() == (urges == 201)
    raising = api.post(f"{path}raise/", {"level": "red", "reason": "逾期。"}, notice)
    assert raising.status_code == done
    assert api.post(f"{path}lift/", {"reason": "已改。"}, notice).status_code == done
    assert issue(api, town).status_code == supervises
    assert SupervisionNotice.objects.count() == 1 + (supervises == 201)


def test_an_urge_is_told_and_listed(county: County, office: Api, town: Task) -> None:
    answer = office.post(f"/tasks/{town.pk}/urges/", {"text": "请尽快报送。"}, town)
    said = Urge.objects.get()
    assert answer.json() == {
        "id": said.pk,
        "text": "请尽快报送。",
        "issued_by": {"id": county.coordinator.pk, "name": "依法治县办-coordinator"},
        "issued_at": answer.json()["issued_at"],
    }
    unit = Api(county.officer("甲镇"))
    assert unit.get(f"/tasks/{town.pk}/urges/").json()["results"] == [answer.json()]
    events = unit.get(f"/tasks/{town.pk}/events/").json()["results"]
    assert (events[-1]["kind"], events[-1]["reason"]) == ("urged", "请尽快报送。")


def test_a_share_says_what_may_be_done(county: County, office: Api, town: Task) -> None:
    def actions(api: Api) -> list[str]:
        found: list[str] = api.get(f"/tasks/{town.pk}/").json()["actions"]
        return [name for name in found if name in ("urge", "issue_notice")]

    assert actions(office) == ["urge", "issue_notice"]
    assert actions(Api(county.officer("司法局"))) == ["urge"]
    assert actions(Api(county.head("甲镇"))) == []


def test_the_life_of_a_notice(office: Api, town: Task) -> None:
    answer = issue(office, town, level="yellow")
    notice = SupervisionNotice.objects.get()
    told = answer.json()
    assert answer["ETag"] == f'"{notice.pk}-1"'
    assert (told["plan"], told["number"], told["level"]) == (town.plan_id, 1, "yellow")
    assert (told["answer_by"], told["lifted_at"]) == (today(), None)
    assert told["actions"] == ["raise", "lift"]
    path = f"/supervision-notices/{notice.pk}/"
    raised = office.post(f"{path}raise/", {"level": "red", "reason": "逾期未改。"}, notice)
    assert (raised.status_code, raised["ETag"]) == (200, f'"{notice.pk}-2"')
    assert (raised.json()["level"], raised.json()["actions"]) == ("red", ["lift"])
    lower = office.post(f"{path}raise/", {"level": "blue", "reason": "x"}, notice)
    assert (lower.status_code, lower.json()["code"]) == (409, "notice_not_higher")
    lifted = office.post(f"{path}lift/", {"reason": "已整改。"}, notice)
    assert (lifted.json()["lifted_because"], lifted.json()["actions"]) == ("已整改。", [])
    again = office.post(f"{path}lift/", {"reason": "再。"}, notice)
    assert (again.status_code, again.json()["code"]) == (409, "notice_lifted")
    assert office.get(path)["ETag"] == f'"{notice.pk}-3"'


def test_without_a_word_about_the_level_it_is_blue(office: Api, town: Task) -> None:
    assert issue(office, town).json()["level"] == "blue"


def test_notices_are_found(
    county: County, office: Api, town: Task, notice: SupervisionNotice
) -> None:
    def numbers(**parameters: Any) -> list[int]:
        page = office.get("/supervision-notices/", **parameters).json()
        return [row["number"] for row in page["results"]]

    other = share(town.plan, "乙乡")
    issue(office, other, level="red")
    office.post(f"/supervision-notices/{notice.pk}/lift/", {"reason": "已改。"}, notice)
    assert numbers() == [2, 1]
    assert numbers(lifted="true") == [1]
    assert numbers(lifted="false") == [2]
    assert numbers(level="red") == [2]
    assert numbers(level="yellow") == []
    assert numbers(task=town.pk) == [1]
    assert numbers(number=2) == [2]
    assert numbers(unit=other.unit_id) == [2]
    assert numbers(plan=town.plan_id) == [2, 1]
    assert numbers(subtree_of=county.unit("乙乡").pk) == [2]
    for wrong in ({"lifted": "perhaps"}, {"level": "black"}, {"number": "one"}):
        assert office.get("/supervision-notices/", **wrong).status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/tasks/{task}/urges/", {}, ["text"]),
        ("/tasks/{task}/urges/", {"text": " "}, ["text"]),
        ("/tasks/{task}/urges/", {"text": "x", "level": "red"}, ["level"]),
        ("/tasks/{task}/supervision-notices/", {}, ["answer_by", "text"]),
        (
            "/tasks/{task}/supervision-notices/",
            {"text": "x", "answer_by": "2026-02-30", "level": "black"},
            ["answer_by", "level"],
        ),
        ("/supervision-notices/{notice}/raise/", {"level": "red"}, ["reason"]),
        ("/supervision-notices/{notice}/raise/", {"reason": "x"}, ["level"]),
        ("/supervision-notices/{notice}/lift/", {}, ["reason"]),
    ],
)
def test_what_is_not_understood(
    office: Api,
    town: Task,
    notice: SupervisionNotice,
    path: str,
    body: dict[str, str],
    fields: list[str],
) -> None:
    row = notice if path.startswith("/supervision") else town
    answer = office.post(path.format(task=town.pk, notice=notice.pk), body, row)
    assert answer.status_code == 400
    assert sorted(answer.json()["details"]["fields"]) == fields


def test_a_day_that_is_over_is_no_day_to_answer_by(office: Api, town: Task) -> None:
    answer = issue(office, town, answer_by="2026-01-05")
    assert (answer.status_code, answer.json()["code"]) == (400, "answer_by_past")


def test_each_write_names_the_version_it_saw(
    office: Api, town: Task, notice: SupervisionNotice
) -> None:
    words = {
        f"/tasks/{town.pk}/urges/": {"text": "x"},
        f"/tasks/{town.pk}/supervision-notices/": {"text": "x", "answer_by": today()},
        f"/supervision-notices/{notice.pk}/raise/": {"level": "red", "reason": "x"},
        f"/supervision-notices/{notice.pk}/lift/": {"reason": "x"},
    }
    for path, body in words.items():
        assert office.post(path, body).status_code == 428
    SupervisionNotice.objects.update(version=7)
    Task.objects.filter(pk=town.pk).update(version=7)
    for path, body in words.items():
        pk = notice.pk if path.startswith("/supervision") else town.pk
        answer = office.client.post(
            ROOT + path, body, content_type="application/json", headers={"If-Match": f'"{pk}-6"'}
        )
        assert (answer.status_code, answer.json()["details"]) == (412, {"current_version": 7})
