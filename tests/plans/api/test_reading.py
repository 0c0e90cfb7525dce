"""Reading a document over the API: as a file or as text, into a draft that is not saved."""

import io
from typing import Any

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from plans.models import Plan
from tests.api_requests import Api, fields_of, session_of
from tests.county import County

TEXT = (
    "一、甲\n(一)清理文件。全面清理。"
    "(牵头单位:司法局;责任单位:各乡镇(街道);完成时限:2026年9月30日前)"
)


@pytest.fixture
def office(county: County) -> Api:
    return Api(county.coordinator)


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_text_is_read_and_nothing_is_saved(county: County, office: Api) -> None:
    answer = office.post("/plans/read/", {"text": TEXT})
    assert answer.status_code == 200
    read = answer.json()
    assert read.keys() == {"draft", "details", "matches"}
    (item,) = read["draft"]["items"]
    assert (item["number"], item["section"], item["title"]) == ("(一)", "一、甲", "清理文件")
    assert item["deadline"]["due_on"] == "2026-09-30"
    group = county.townships
    assert group is not None
    assert read["matches"] == [
        {
            "name": "司法局",
            "group": False,
            "unit": {"id": county.unit("司法局").pk, "name": "司法局"},
            "unit_group": None,
            "candidates": [],
        },
        {
            "name": "各乡镇(街道)",
            "group": True,
            "unit": None,
            "unit_group": {"id": group.pk, "name": "各乡镇(街道)"},
            "candidates": [],
        },
    ]
    assert Plan.objects.count() == 0


def test_what_was_read_can_be_saved_as_it_is(county: County, office: Api) -> None:
    draft = office.post("/plans/read/", {"text": TEXT}).json()["draft"]
    body = {
        "draft": draft,
        "issuing_unit": county.unit("依法治县办").pk,
        "issued_on": "2026-03-02",
    }
    made = office.post("/plans/", body)
    assert made.status_code == 201, made.content.decode()
    assert [section["title"] for section in made.json()["sections"]] == ["一、甲"]


def test_a_file_is_read_like_its_text(office: Api) -> None:
    as_file = office.upload("/plans/read/", file=file("要点.txt", TEXT.encode()))
    assert as_file.status_code == 200, as_file.content.decode()
    as_text = office.post("/plans/read/", {"text": TEXT}).json()
    titles = [
        [item["title"] for item in read["draft"]["items"]] for read in (as_file.json(), as_text)
    ]
    assert titles == [["清理文件"], ["清理文件"]]


def test_a_file_is_read_from_a_browser_that_guards_against_forgery(county: County) -> None:
    """Django has then read the form before the API does."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = session_of(county.coordinator)
    client.get("/plans/new/")
    token = client.cookies["csrftoken"].value
    fields = {"file": file("要点.txt", TEXT.encode()), "year": "2026"}
    answer: Any = client.post("/api/v1/plans/read/", fields, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.content.decode()


def test_the_year_helps_where_the_document_names_none(office: Api) -> None:
    text = "一、甲\n(一)清理文件。全面清理。(牵头单位:司法局;完成时限:9月30日前)"
    read = office.post("/plans/read/", {"text": text, "year": 2027}).json()
    assert read["draft"]["year"] == 2027


def test_the_draft_obeys_its_contract(office: Api) -> None:
    read = office.post("/plans/read/", {"text": TEXT}).json()
    owners = [owner for item in read["draft"]["items"] for owner in item["owners"]]
    assert {tuple(sorted(owner)) for owner in owners} == {("group", "name", "open_ended", "role")}
    jsonschema.validate(
        [owner["role"] for owner in owners], {"items": {"enum": ["lead", "responsible"]}}
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("要点.doc", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600),
        ("要点.pdf", b"%PDF-1.7\n"),
        ("要点.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
    ],
)
def test_a_kind_of_file_that_is_not_read(office: Api, name: str, content: bytes) -> None:
    answer = office.upload("/plans/read/", file=file(name, content))
    assert answer.status_code == 415
    assert answer.json().keys() == {"code", "message", "details"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("要点.docx", b"PK\x03\x04 and then nothing of a document"),
        ("要点.xlsx", b"PK\x03\x04 and then nothing of a workbook"),
    ],
)
def test_a_file_that_cannot_be_read(office: Api, name: str, content: bytes) -> None:
    answer = office.upload("/plans/read/", file=file(name, content))
    assert answer.status_code == 422
    assert answer.json().keys() == {"code", "message", "details"}


@pytest.mark.parametrize(
    "text", ["随便写写", "<script>alert(1)</script>", "\ud83d\ude00", "a" * 5000]
)
def test_a_text_without_key_tasks_says_so(office: Api, text: str) -> None:
    answer = office.post(
        "/plans/read/", {"text": text.encode("utf-16", "surrogatepass").decode("utf-16")}
    )
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert answer.json()["draft"]["items"] == []
        assert answer.json()["draft"]["questions"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"text": ["required"]}),
        ({"text": ""}, {"text": ["blank"]}),
        ({"text": None}, {"text": ["null"]}),
        ({"text": ["a"]}, {"text": ["invalid"]}),
        ({"text": TEXT, "year": 1066}, {"year": ["min_value"]}),
        ({"text": TEXT, "year": "x"}, {"year": ["invalid"]}),
        ({"text": TEXT, "pages": 3}, {"pages": ["unknown"]}),
        ({"text": "a" * 2_000_001}, {"text": ["max_length"]}),
    ],
)
def test_a_body_that_cannot_be(office: Api, body: dict[str, Any], fields: dict[str, Any]) -> None:
    assert fields_of(office.post("/plans/read/", body)) == fields


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"file": ["required"]}),
        ({"file": "a text"}, {"file": ["invalid"]}),
        ({"file": file("要点.txt", b"x"), "year": "0"}, {"year": ["min_value"]}),
        ({"file": file("要点.txt", b"x"), "other": "1"}, {"other": ["unknown"]}),
    ],
)
def test_a_form_that_cannot_be(office: Api, given: dict[str, Any], fields: dict[str, Any]) -> None:
    assert fields_of(office.upload("/plans/read/", **given)) == fields


def test_a_file_larger_than_any_document(office: Api) -> None:
    large = io.BytesIO(b"x" * (20 * 1024 * 1024 + 1))
    answer = office.upload("/plans/read/", file=file("要点.txt", large.getvalue()))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n--x--",
        b"\xff" * 100,
        b'--x\r\nContent-Disposition: form-data; name="a',
    ],
)
def test_a_broken_form_is_refused(office: Api, content: bytes) -> None:
    answer = office.raw(
        "post", "/plans/read/", content, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 400


def test_a_form_of_thousands_of_fields_is_refused(office: Api) -> None:
    answer = office.upload("/plans/read/", **{f"f{n}": "1" for n in range(6000)})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_name_out_of_another_folder_is_only_a_name(office: Api) -> None:
    answer = office.upload("/plans/read/", file=file("../../etc/passwd", TEXT.encode()))
    assert answer.status_code in (200, 415)
