"""Names of files: what comes from a client is shown, and never trusted."""

import pytest

from accounts.errors import Invalid
from tasks.files.names import LONGEST, cleaned_name, suffix_of


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("总结.pdf", "总结.pdf"),
        ("../../etc/x.txt", "x.txt"),
        (r"C:\Users\甲\台账.xlsx", "台账.xlsx"),
        (r"..\..\x.txt", "x.txt"),
        ("/etc/passwd.txt", "passwd.txt"),
        ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("照片\u202egnp.txt", "照片gnp.txt"),
        ("空\u200b\ufeff格.txt", "空格.txt"),
        ("半\ud800个.txt", "半个.txt"),
        ('<img src="x">?*|.png', "_img src=_x_____.png"),
        ("CON.txt", "_CON.txt"),
        ("con.tar.txt", "_con.tar.txt"),
        ("LPT1 .csv", "_LPT1.csv"),
        ("com¹.pdf", "_com¹.pdf"),
        ("concert.pdf", "concert.pdf"),
        ("  总结 .pdf . ", "总结.pdf"),
        ("e\u0301.txt", "é.txt"),
        (".隐藏.txt", ".隐藏.txt"),
    ],
)
def test_only_what_is_harmless_stays(given: str, kept: str) -> None:
    assert cleaned_name(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "...", "/", "a/", "\u202e", ".pdf", ". .pdf"])
def test_a_name_is_needed(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        cleaned_name(given)
    assert refused.value.code == "file_name_missing"


def test_a_long_name_keeps_whole_characters_and_its_ending() -> None:
    kept = cleaned_name("汉" * 300 + ".docx")
    assert kept == "汉" * 83 + ".docx"
    assert len(kept.encode()) <= LONGEST


def test_the_ending_is_what_follows_the_last_dot() -> None:
    assert suffix_of("总结.pdf.EXE") == "exe"
