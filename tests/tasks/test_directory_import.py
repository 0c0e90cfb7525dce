"""组织机构导入: what a sheet would change is what it changes, all of it or nothing."""

import io
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.directory import add_person
from accounts.models import Membership, Unit, User
from accounts.models.people import KEEPING
from accounts.sheets.layout import FIRST_ROW, NAME
from tests.api_world import ApiWorld, day_in
from tests.county import County
from tests.page_requests import browser, text_of
from tests.permissions import fingerprint

IMPORT, CONFIRM = "/directory/import/", "/directory/import/confirm/"


@pytest.fixture
def keeper(county: County) -> Client:
    person = add_person("keeper", name="管理员", email="")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    return browser(User.objects.get(pk=person.pk))


class Sheet:
    """A sheet as it was fetched, opened as a spreadsheet program would."""

    def __init__(self, client: Client, kind: str, *, empty: bool = False) -> None:
        answer: Any = client.get(f"{IMPORT}{kind}.xlsx", {"empty": "1"} if empty else {})
        self.book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        self.sheet: Any = self.book.worksheets[0]
        self.last = FIRST_ROW - 1 if empty else self._last()

    def _last(self) -> int:
        rows = range(FIRST_ROW, self.sheet.max_row + 1)
        return max((row for row in rows if self.sheet.cell(row, NAME).value), default=FIRST_ROW - 1)

    def row(self, name: str) -> int:
        rows = range(FIRST_ROW, self.last + 1)
        return next(row for row in rows if self.sheet.cell(row, NAME).value == name)

    def set(self, name: str, column: str, value: Any) -> None:
        self.sheet[f"{column}{self.row(name)}"] = value

    def add(self, *values: Any) -> None:
        self.last += 1
        for column, value in enumerate(values, NAME):
            self.sheet.cell(self.last, column).value = value

    def upload(self, client: Client) -> Any:
        stream = io.BytesIO()
        self.book.save(stream)
        return client.post(IMPORT, {"file": SimpleUploadedFile("a.xlsx", stream.getvalue())})


def confirm(client: Client, shown: Any) -> Any:
    fields = dict(re.findall(r'name="(kind|shown)" value="([^"]*)"', shown.content.decode()))
    return client.post(CONFIRM, fields | {"rows": shown.context["rows"]})


def changes(shown: Any) -> list[tuple[str, str, list[str]]]:
    return [(c.what, c.name, list(c.details)) for c in shown.context["outcome"].changes]


def faults(shown: Any) -> list[str]:
    return [fault["cell"] for fault in shown.context["outcome"].faults]


def test_a_sheet_as_it_was_fetched_changes_nothing(world: ApiWorld, keeper: Client) -> None:
    for kind in ("units", "people"):
        shown = Sheet(keeper, kind).upload(keeper)
        assert shown.status_code == 200
        assert (changes(shown), faults(shown)) == ([], [])
        assert shown.context["outcome"].unchanged > 5
        assert "Save all of it" not in text_of(shown)


def test_units_are_looked_at_and_then_saved_at_once(county: County, keeper: Client) -> None:
    before = fingerprint()
    sheet = Sheet(keeper, "units")
    sheet.set("乙乡", "B", "乙镇")
    sheet.set("甲二村", "D", "乙镇")
    sheet.add("乙一村", "村", "乙乡")
    sheet.set("财政局", "H", day_in(-1).isoformat())
    sheet.set("司法局", "E", "法治局;县委、县政府")
    sheet.add("丙镇", "town", "县", "", "", None, None)
    sheet.add("丙一村", "村", "丙镇", "丙村", "", timezone.localdate().isoformat())
    shown = sheet.upload(keeper)
    assert fingerprint() == before
    assert faults(shown) == []
    assert changes(shown) == [
        ("changed", "司法局", ["Other names: — → 县委、县政府；法治局"]),
        ("ended", "财政局", [f"Last day: — → {day_in(-1)}"]),
        ("changed", "乙镇", ["Name: 乙乡 → 乙镇"]),
        ("changed", "甲二村", ["Unit above: 甲镇 → 乙镇"]),
        ("new", "乙一村", ["乙镇"]),
        ("new", "丙镇", ["县"]),
        ("new", "丙一村", ["丙镇"]),
    ]
    assert confirm(keeper, shown)["Location"] == "/directory/"
    top = Unit.objects.get(name="丙镇")
    assert (top.parent, top.kind) == (county.unit("县"), "town")
    village = Unit.objects.get(name="丙一村")
    assert (village.parent, village.ancestors) == (top, top.path)
    assert [alias.name for alias in village.aliases.all()] == ["丙村"]
    assert Unit.objects.get(name="乙一村").parent == county.unit("乙乡")
    renamed = Unit.objects.get(pk=county.unit("乙乡").pk)
    assert renamed.name == "乙镇"
    assert [alias.name for alias in renamed.aliases.all()] == ["乙乡"]
    assert Unit.objects.get(name="甲二村").parent == renamed
    assert Unit.objects.get(name="财政局").valid_to == day_in(-1)
    assert not Membership.objects.in_force(day_in(0)).filter(unit__name="财政局").exists()
    again = Sheet(keeper, "units").upload(keeper)
    assert (changes(again), faults(again)) == ([], [])


def test_people_get_accounts_and_roles_and_lose_them(county: County, keeper: Client) -> None:
    sheet = Sheet(keeper, "people")
    sheet.set("甲镇-head", "H", day_in(0))
    sheet.set("甲镇-officer", "D", "new@county.example")
    sheet.add("zhang", "张三", "z@county.example", "甲镇", "负责人")
    sheet.add("zhang", "张三", "z@county.example", "甲一村", "viewer")
    User.objects.filter(pk=county.officer("甲镇").pk).update(email_refusal="550")
    shown = sheet.upload(keeper)
    assert faults(shown) == []
    assert [what for what, _name, _details in changes(shown)] == ["ended", "changed", "new", "new"]
    assert not User.objects.filter(username="zhang").exists()
    confirm(keeper, shown)
    zhang = User.objects.get(username="zhang")
    assert not zhang.has_usable_password()
    held = zhang.memberships.values_list("unit__name", "role", "valid_from")
    assert set(held) == {("甲镇", "head", day_in(0)), ("甲一村", "viewer", day_in(0))}
    assert Membership.objects.get(user=county.head("甲镇")).valid_to == day_in(0)
    officer = User.objects.get(pk=county.officer("甲镇").pk)
    assert (officer.email, officer.email_refusal) == ("new@county.example", "")


def test_what_is_wrong_is_named_by_its_cell_and_nothing_is_saved(
    world: ApiWorld, keeper: Client
) -> None:
    before = fingerprint()
    sheet = Sheet(keeper, "units")
    sheet.set("甲镇", "H", day_in(3).isoformat())
    sheet.set("财政局", "C", "衙门")
    sheet.set("司法局", "G", "二月三十日")
    sheet.set("乙乡", "D", "没有的县")
    sheet.set("县", "B", None)
    sheet.add("丙镇", "town", "县")
    rows = [sheet.row(name) for name in ("财政局", "司法局", "甲镇", "乙乡")]
    shown = sheet.upload(keeper)
    assert shown.status_code == 400
    wanted = {f"B{FIRST_ROW}", f"C{rows[0]}", f"G{rows[1]}", f"H{rows[2]}", f"D{rows[3]}"}
    assert set(faults(shown)) == wanted
    assert "This unit has open shares" in text_of(shown)
    assert "Save all of it" not in text_of(shown)
    assert confirm(keeper, shown).status_code == 400
    assert fingerprint() == before


def test_faults_of_people(county: County, keeper: Client) -> None:
    sheet = Sheet(keeper, "people", empty=True)
    for row in (
        ("li", "李四", "not an address", "甲镇", "officer"),
        ("li", "李五", "", "甲镇", "head"),
        ("wang", "王五", "", "", "head"),
        ("wang", "王五", "", "甲镇", ""),
        ("", "王六", "", "甲镇", "head"),
        ("wang", "王五", "", "甲镇", "head", None, "2027-01-01"),
    ):
        sheet.add(*row)
    assert faults(sheet.upload(keeper)) == ["D4", "C5", "E6", "F7", "B8", "H9"]


def test_a_directory_that_changed_meanwhile_is_shown_anew(county: County, keeper: Client) -> None:
    sheet = Sheet(keeper, "units")
    sheet.set("财政局", "B", "财政金融局")
    shown = sheet.upload(keeper)
    Unit.objects.filter(name="财政局").update(kind="town")
    refused = confirm(keeper, shown)
    assert refused.status_code == 409
    assert "has changed meanwhile" in text_of(refused)
    assert Unit.objects.filter(name="财政局").exists()
    assert confirm(keeper, refused).status_code == 302
    assert Unit.objects.get(name="财政金融局").kind == "department"


@pytest.mark.parametrize(
    "rows", ["[", "[1]", '[["4"]]', "[[4, 1]]", '[[4, "", "a\\u0000b", "town"]]', "[]", "{}"]
)
def test_a_page_that_was_tampered_with_is_refused(keeper: Client, rows: str) -> None:
    before = fingerprint()
    sent = {"kind": "units", "rows": rows, "shown": "x"}
    assert keeper.post(CONFIRM, sent).status_code == 400
    assert fingerprint() == before


def test_another_workbook_and_no_file_are_refused(keeper: Client) -> None:
    assert keeper.post(IMPORT).status_code == 400
    sheet = Sheet(keeper, "units")
    sheet.sheet["A1"] = "another"
    refused = sheet.upload(keeper)
    assert refused.status_code == 400
    assert "not a sheet that was fetched here" in text_of(refused)
    file = SimpleUploadedFile("a.xlsx", b"x" * (4 * 1024**2 + 1))
    assert "4 MB" in text_of(keeper.post(IMPORT, {"file": file}))


def test_a_formula_in_a_name_stays_text(county: County, keeper: Client) -> None:
    Unit.objects.filter(name="财政局").update(name="=1+1")
    sheet = Sheet(keeper, "units")
    cell = sheet.sheet.cell(sheet.row("=1+1"), NAME)
    assert cell.data_type == "s"


def test_villages_of_one_name_are_told_apart(county: County, keeper: Client) -> None:
    for parent in ("甲镇", "乙乡"):
        county.units[f"{parent}新村"] = Unit.objects.create(
            name="新村", kind="village", parent=county.unit(parent), valid_from=day_in(-9),
            ancestors=county.unit(parent).path, depth=2,
        )  # fmt: skip
    sheet = Sheet(keeper, "people", empty=True)
    sheet.add("li", "李四", "", "新村", "officer")
    sheet.add("wu", "吴六", "", "乙乡/新村", "officer")
    assert faults(sheet.upload(keeper)) == ["E4"]
    sheet.sheet["E4"] = "甲镇/新村"
    confirm(keeper, sheet.upload(keeper))
    held = Membership.objects.filter(user__username__in=["li", "wu"]).order_by("user__username")
    names = ["甲镇新村", "乙乡新村"]
    assert [row.unit for row in held] == [county.units[name] for name in names]
    shown = Sheet(keeper, "people").upload(keeper)
    assert (changes(shown), faults(shown)) == ([], [])


@pytest.mark.parametrize("rights", [{}, {"is_staff": True}, {"is_superuser": True}])
def test_only_who_keeps_the_directory_may(county: County, rights: dict[str, bool]) -> None:
    User.objects.filter(pk=county.coordinator.pk).update(**rights)
    client = browser(User.objects.get(pk=county.coordinator.pk))
    asked = [
        client.get(IMPORT),
        client.get(f"{IMPORT}units.xlsx"),
        client.post(IMPORT, {"file": SimpleUploadedFile("a.xlsx", b"x")}),
        client.post(CONFIRM, {"kind": "units", "rows": json.dumps([[4, ""]]), "shown": ""}),
    ]
    assert [answer.status_code for answer in asked] == [403] * 4


def test_an_administrators_account_is_changed_by_a_superuser_only(
    county: County, keeper: Client
) -> None:
    User.objects.filter(pk=county.coordinator.pk).update(is_staff=True)
    sheet = Sheet(keeper, "people")
    row = sheet.row("依法治县办-coordinator")
    sheet.set("依法治县办-coordinator", "D", "other@county.example")
    assert faults(sheet.upload(keeper)) == []
    helper = add_person("helper", name="管理助理", email="")
    User.objects.filter(pk=helper.pk).update(is_staff=True)
    codenames = [name.partition(".")[2] for name in KEEPING]
    helper.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    assert faults(sheet.upload(browser(User.objects.get(pk=helper.pk)))) == [f"B{row}"]


def test_the_rehearsal_of_an_unchanged_sheet_takes_the_same_queries_for_more_rows(
    county: County, keeper: Client, django_assert_num_queries: Any
) -> None:
    sheet = Sheet(keeper, "units")
    with django_assert_num_queries(11):
        sheet.upload(keeper)
    for number in range(12):
        Unit.objects.create(
            name=f"甲{number}组", kind="village", parent=county.unit("甲镇"),
            valid_from=day_in(-9), ancestors=county.unit("甲镇").path, depth=2,
        )  # fmt: skip
    sheet = Sheet(keeper, "units")
    with django_assert_num_queries(11):
        sheet.upload(keeper)
