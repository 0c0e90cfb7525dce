"""Every word that a person may read is there in Chinese as well, and is Chinese."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "plans", "tasks", "config")
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

#: The functions that mark a message; where their context and their plural stand.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CHINESE = "[\u4e00-\u9fff\u3001\u3002\u300a\u300b\uff08\uff09]"
#: Punctuation of Latin text beside a Chinese character.
HALF_WIDTH = re.compile(f"{CHINESE}[,:;!?]|[,:;!?]{CHINESE}")
#: A number stands in a Chinese sentence without blanks around it.
SET_APART = re.compile(r"[\u4e00-\u9fff] (?:%\(|\d)|(?:\d|%\(\w+\)[sd]) [\u4e00-\u9fff]")
#: The file's names and standards are Latin words that end on a digit.
LATIN_WITH_DIGIT = re.compile(r"UTF-8 ")

Message = tuple[str | None, str]


def sources() -> list[Path]:
    """Every module and template of the house."""
    found = [path for app in APPS for path in sorted((ROOT / app).rglob("*"))]
    return [
        path
        for path in found
        if (path.suffix == ".py" and "migrations" not in path.parts)
        or ("templates" in path.parts and path.suffix in (".html", ".txt"))
    ]  # fmt: skip


def messages_in(path: Path) -> Iterator[Message]:
    """The context and the (singular) msgid of everything marked in the file."""
    text, method = path.read_text(encoding="utf-8"), "python"
    if path.suffix != ".py":
        # Django turns a template into calls between strips of X, which reads as a script.
        text, method = templatize(text), "javascript"
    for _line, found, _comments, context in extract(method, BytesIO(text.encode()), KEYWORDS):
        yield context, found if isinstance(found, str) else found[0]


def read_catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def entries() -> dict[Message, Any]:
    return {(m.context, m.id if isinstance(m.id, str) else m.id[0]): m for m in read_catalogue()}


def strings_of(entry: Any) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_people_read_is_translated(path: Path) -> None:
    known = entries()
    missing = [
        message
        for message in messages_in(path)
        if message not in known or not all(strings_of(known[message])) or known[message].fuzzy
    ]
    assert missing == []


def test_no_translation_is_left_over() -> None:
    used = {message for path in sources() for message in messages_in(path)}
    assert sorted(str(key) for key in entries().keys() - used - {(None, "")}) == []


def test_a_translation_has_the_placeholders_of_its_message() -> None:
    wrong = [
        (message, string)
        for (_context, message), entry in entries().items()
        for string in strings_of(entry)
        if message and set(PLACEHOLDER.findall(string)) != set(PLACEHOLDER.findall(message))
    ]
    assert wrong == []


def test_chinese_is_punctuated_as_it_is_printed() -> None:
    found = [string for key, e in entries().items() if key[1] for string in strings_of(e)]
    assert [string for string in found if HALF_WIDTH.search(string)] == []
    texts = [LATIN_WITH_DIGIT.sub("UTF-8", string) for string in found]
    assert [text for text in texts if SET_APART.search(text)] == []


def test_the_rules_would_find_what_is_missing(tmp_path: Path) -> None:
    """The control: marked words are found in a module and in a template."""
    module, template = tmp_path / "x.py", tmp_path / "x.html"
    module.write_text('_("one %(n)s"); pgettext_lazy("light", "two"); ngettext("a", "b", 2)')
    template.write_text(
        "{% load i18n %}{% translate 'three' %}{% blocktranslate count n=2 %}four {{ n }}"
        '{% plural %}fours {{ n }}{% endblocktranslate %}{{ x|default:_("five") }} it\'s'
    )
    assert [*messages_in(module)] == [(None, "one %(n)s"), ("light", "two"), (None, "a")]
    assert sorted(m for _c, m in messages_in(template)) == ["five", "four %(n)s", "three"]
