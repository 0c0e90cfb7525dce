"""A write that is sent twice under one key: done once, and answered twice alike."""

from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from psycopg import connect

from accounts.api.idempotency import KEPT
from accounts.models import AnsweredRequest
from plans.models import Plan
from tasks.models import ProgressReport
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in
from tests.permissions import ONE_ITEM

KEY = {"Idempotency-Key": "3f1c9a"}


def new_plan(world: ApiWorld, **changes: Any) -> dict[str, Any]:
    office = world.county.unit("依法治县办").pk
    return {
        "draft": ONE_ITEM,
        "issuing_unit": office,
        "issued_on": day_in(0).isoformat(),
        **changes,
    }


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator, **KEY)


@pytest.mark.django_db
def test_one_key_makes_one_plan(world: ApiWorld, office: Api) -> None:
    before = Plan.objects.count()
    first, second = (office.post("/plans/", new_plan(world)) for _turn in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json(), first["ETag"]) == (second.json(), second["ETag"])
    assert Plan.objects.count() == before + 1
    # Another key, another plan; so too for another person.
    assert Api(world.county.coordinator).post("/plans/", new_plan(world)).status_code == 201
    assert Plan.objects.count() == before + 2


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_a_mistake(world: ApiWorld, office: Api) -> None:
    office.post("/plans/", new_plan(world))
    before = Plan.objects.count()
    other = office.post("/plans/", new_plan(world, issued_on=day_in(1).isoformat()))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Plan.objects.count() == before


@pytest.mark.django_db
def test_a_report_is_handed_in_once_whatever_has_happened_to_its_share_since(
    world: ApiWorld,
) -> None:
    officer, share = Api(world.county.officer("甲镇"), **KEY), world.share("5.")
    path, body = f"/tasks/{share.pk}/reports/", {"percent": "30"}
    first = officer.post(path, body, row=share)
    again = officer.post(path, body, row=share)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ProgressReport.objects.filter(task=share).count() == 1


@pytest.mark.django_db
def test_what_was_refused_leaves_nothing_and_is_judged_again(world: ApiWorld, office: Api) -> None:
    wrong = new_plan(world, issuing_unit=world.county.unit("财政局").pk)
    before = Plan.objects.count()
    assert office.post("/plans/", wrong).status_code == 403
    assert (AnsweredRequest.objects.count(), Plan.objects.count()) == (0, before)
    assert office.post("/plans/", new_plan(world)).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "with blank", "汉", "x" * 201])
def test_a_key_that_is_none(world: ApiWorld, key: str) -> None:
    api = Api(world.county.coordinator, **{"Idempotency-Key": key})
    answer = api.post("/plans/", new_plan(world))
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")


@pytest.mark.django_db
def test_a_file_takes_no_key(world: ApiWorld, office: Api) -> None:
    answer = office.upload("/plans/read/", file=SimpleUploadedFile("a.txt", b"a"))
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_with_file")


@pytest.mark.django_db
def test_old_answers_are_thrown_away(world: ApiWorld, office: Api) -> None:
    office.post("/plans/", new_plan(world))
    AnsweredRequest.objects.update(answered_at=timezone.now() - KEPT * 2)
    assert (
        Api(world.county.coordinator, **{"Idempotency-Key": "b"})
        .post("/plans/", new_plan(world))
        .status_code
        == 201
    )
    assert list(AnsweredRequest.objects.values_list("key", flat=True)) == ["b"]


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_still_being_done_the_second_is_told_so(world: ApiWorld) -> None:
    person = world.county.coordinator
    office = Api(person, **KEY)
    database = settings.DATABASES["default"]
    with connect(
        host=database["HOST"],
        port=database["PORT"] or None,
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
    ) as other:
        other.execute(
            "SELECT pg_advisory_xact_lock(4, hashtext(%s))",
            [f"{person.pk} {KEY['Idempotency-Key']}"],
        )
        answer = office.post("/plans/", new_plan(world))
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_running")
    assert office.post("/plans/", new_plan(world)).status_code == 201


@pytest.mark.django_db
def test_a_defect_in_the_middle_leaves_the_key_free(
    world: ApiWorld, office: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("plans.api.views.PlanDetailSerializer.get_actions", _fails)
        client: Client = office._client
        client.raise_request_exception = False
        before = Plan.objects.count()
        assert office.post("/plans/", new_plan(world)).status_code == 500
    assert Plan.objects.count() == before
    assert office.post("/plans/", new_plan(world)).status_code == 201


def _fails(*_args: object) -> None:
    raise RuntimeError("a defect")
