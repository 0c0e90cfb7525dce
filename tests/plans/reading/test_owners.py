"""Lists of units: what is a name, what a word for many, and what a list shares."""

import pytest

from plans.reading.owners import is_group, looks_like_unit, read_owners, surely_unit, written_out


def names(text: str) -> list[str]:
    """The owners, ``*`` behind a group and ``+`` where the list stays open."""
    return [
        owner.name + "*" * owner.group + "+" * owner.open_ended
        for owner in read_owners(text, "lead")
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("县司法局、县财政局", ["县司法局", "县财政局"]),
        ("县司法局,县财政局；县教委/县水利局", ["县司法局", "县财政局", "县教委", "县水利局"]),
        ("县司法局 县财政局", ["县司法局", "县财政局"]),
        ("县司法局　县财政局", ["县司法局", "县财政局"]),
        ("县司法局\n县财政局", ["县司法局", "县财政局"]),
        ("县司法局县财政局", ["县司法局", "县财政局"]),
        ("县司法局各有关乡镇", ["县司法局", "各有关乡镇*+"]),
        ("县司法局和县财政局", ["县司法局", "县财政局"]),
        ("县司法局、县财政局以及县水利局", ["县司法局", "县财政局", "县水利局"]),
        ("县司法局及各乡镇", ["县司法局", "各乡镇*"]),
        ("县司法局和县教委和县水利局", ["县司法局", "县教委", "县水利局"]),
        ("县发展和改革委员会和县教委等", ["县发展和改革委员会", "县教委+"]),
        ("县交通局（县公路和运输中心）和县教委", ["县交通局（县公路和运输中心）", "县教委"]),
        ("县发展和改革委员会", ["县发展和改革委员会"]),
        ("县交通局（县道路和运输中心）", ["县交通局（县道路和运输中心）"]),
        ("县交通局（县公路局、县海事局）", ["县交通局（县公路局、县海事局）"]),
        ("由县司法局", ["县司法局"]),
        ("县司法局，县司法局", ["县司法局"]),
        ("县市场监督管理总局县分局", ["县市场监督管理总局县分局"]),
        ("县委依法治县委员会办公室", ["县委依法治县委员会办公室"]),
        ("县司法局等", ["县司法局+"]),
        ("县司法局等8个部门", ["县司法局+"]),
        ("县司法局等有关单位", ["县司法局+"]),
        ("县财政局（第一责任单位为牵头单位，下同）", ["县财政局"]),
        ("各乡镇人民政府、街道办事处", ["各乡镇人民政府、街道办事处*"]),
        ("各乡（镇）人民政府、街道办事处", ["各乡（镇）人民政府、街道办事处*"]),
        ("各乡镇、县司法局", ["各乡镇*", "县司法局"]),
        ("各乡镇、街道、园区", ["各乡镇、街道、园区*"]),
        ("各乡镇 人民政府", ["各乡镇人民政府*"]),
        ("36个进驻部门", ["36个进驻部门*"]),
        ("县直有关部门、相关企业", ["县直有关部门*+", "相关企业*+"]),
        ("乡镇人民政府", ["乡镇人民政府*"]),
        ("县级人民政府", ["县级人民政府*"]),
        ("成员单位", ["成员单位*"]),
        ("除县税务局外的各部门", ["除县税务局外的各部门*"]),
        ("由、县司法局", ["县司法局"]),
        ("、，", []),
        ("", []),
    ],
)
def test_the_owners_of_a_list(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("县发展改革委、财政局、人社局", ["县发展改革委", "县财政局", "县人社局"]),
        ("省科技厅、工业和信息化厅", ["省科技厅", "省工业和信息化厅"]),
        ("县司法局、县财政局和教委", ["县司法局", "县财政局", "县教委"]),
        ("市委组织部、宣传部、财政局", ["市委组织部", "市委宣传部", "市财政局"]),
        ("县司法局、市场监管局", ["县司法局", "县市场监管局"]),
        ("县司法局、各乡镇、财政局", ["县司法局", "各乡镇*", "县财政局"]),
        ("县司法局、国网供电公司", ["县司法局", "国网供电公司"]),
        ("县司法局、龙潭镇", ["县司法局", "龙潭镇"]),
        ("县司法局、团县委", ["县司法局", "团县委"]),
        ("市口岸办、鹭岛海关、鹭岛海事局", ["市口岸办", "鹭岛海关", "鹭岛海事局"]),
        ("财政局、县司法局", ["财政局", "县司法局"]),
        ("县司法局、市财政局、教育局", ["县司法局", "市财政局", "市教育局"]),
        ("县司法局、落实情况", ["县司法局", "落实情况"]),
    ],
)
def test_a_prefix_that_a_list_shares_is_written_out(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_what_was_written_out_is_told() -> None:
    assert written_out("县发展改革委、财政局、各乡镇") == [("财政局", "县财政局")]


@pytest.mark.parametrize(
    ("name", "unit", "sure"),
    [
        ("县司法局", True, True),
        ("司法局", True, True),
        ("县公安局（交警大队）", True, True),
        ("办公室", True, False),
        ("法治办", True, False),
        ("县法治办", True, True),
        ("各部", True, False),
        ("局", False, False),
        ("工作的会", False, False),
        ("提高认识", False, False),
        ("县司法局。", False, False),
    ],
)
def test_the_shape_of_a_name(name: str, unit: bool, sure: bool) -> None:
    assert (looks_like_unit(name), surely_unit(name)) == (unit, sure)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("各乡镇（街道）", True),
        ("全县各级各部门", True),
        ("36个部门", True),
        ("2个", False),
        ("县府各部门", True),
        ("有关部门", True),
        ("县直部门", True),
        ("部门", True),
        ("县司法局", False),
        ("市场监管局", False),
    ],
)
def test_words_for_many_units(name: str, group: bool) -> None:
    assert is_group(name) == group
