"""Our own styles, scripts and templates hold nothing that Chromium 90 does not know.

For each feature the version of Chromium that first had it, as MDN's browser-compat-data says.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "plans", "tasks", "config")

STYLES = {
    r":has\(": 105,
    r"&": 120,
    r"@container|container-type": 105,
    r"@layer": 99,
    r"@scope": 118,
    r"@starting-style": 117,
    r"color-mix\(|oklch\(|oklab\(|\blch\(|\blab\(": 111,
    r"light-dark\(": 123,
    r"accent-color": 93,
    r"text-wrap|white-space-collapse": 114,
    r"(?:^|[;{\s])(?:translate|rotate|scale)\s*:": 104,
    r"scrollbar-(?:width|color)": 121,
    r"scrollbar-gutter": 94,
    r"(?<!-)print-color-adjust": 136,
    r"subgrid": 117,
    r"(?<!-)mask(?:-image)?\s*:": 120,
    r"@media[^{]*[<>]": 104,
    r"\d[dsl]v[hwib]\b|\d[dsl]vmin|\d[dsl]vmax": 108,
    r":user-(?:in)?valid": 119,
    r":dir\(": 120,
    r":modal": 105,
    r":popover-open": 114,
    r"nth-child\([^)]* of ": 111,
    r"field-sizing|interpolate-size|anchor-name|margin-trim|text-box": 123,
    r"(?:round|sin|cos|tan|mod|rem|pow|sqrt|hypot)\(": 111,
}

SCRIPTS = {
    r"\.at\(": 92,
    r"Object\.hasOwn\b": 93,
    r"\.findLast(?:Index)?\(": 97,
    r"\.to(?:Sorted|Spliced|Reversed)\(|\.with\(": 110,
    r"Object\.groupBy|Map\.groupBy": 117,
    r"withResolvers": 119,
    r"fromAsync": 121,
    r"\bcause:": 93,
    r"static\s*\{": 94,
    r"structuredClone": 98,
    r"randomUUID": 92,
    r"AbortSignal\.(?:timeout|any)": 116,
    r"showPicker": 99,
    r"URL\.(?:canParse|parse)\b": 120,
    r"checkVisibility": 105,
    r"startViewTransition": 111,
    r"(?:show|hide|toggle)Popover": 114,
    r"\binert\b": 102,
    r"setHTMLUnsafe": 124,
    r"supportedValuesOf": 99,
    r"new FormData\([^()]*,": 112,
    r"/[a-z]*v[a-z]*\.test\(": 112,
    r":has\(": 105,
}

TEMPLATES = {
    r"\spopover(?:target)?[=\s>]": 114,
    r"\sinert[\s>]": 102,
    r"<search\b": 118,
    r"<details[^>]*\sname=": 120,
    r"shadowrootmode": 111,
}

KINDS = {".css": STYLES, ".js": SCRIPTS, ".html": TEMPLATES}
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def our_files() -> list[Path]:
    return [
        path
        for app in APPS
        for kind in KINDS
        for path in sorted((ROOT / app).rglob(f"*{kind}"))
        if {"static", "templates"} & set(path.parts)
    ]


def too_new(text: str, kind: str) -> list[str]:
    text = COMMENT.sub("", text)
    return [
        f"{found.group().strip()} (Chromium {version})"
        for feature, version in KINDS[kind].items()
        for found in re.finditer(feature, text, re.MULTILINE)
    ] + (_nested(text) if kind == ".css" else [])


def _nested(text: str) -> list[str]:
    """A rule inside a rule; inside ``@media`` and its like a rule is at home."""
    found: list[str] = []
    open_blocks: list[str] = []
    for opening, closing in re.findall(r"([^{};]*)\{|(\})", text):
        if closing:
            open_blocks.pop()
            continue
        if any(not block.startswith("@") for block in open_blocks):
            found.append(f"{opening.strip()} inside {open_blocks[-1]} (Chromium 120)")
        open_blocks.append(opening.strip())
    return found


@pytest.mark.parametrize("path", our_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_our_own_files_are_old_enough(path: Path) -> None:
    assert too_new(path.read_text(encoding="utf-8"), path.suffix) == []


def test_there_are_such_files() -> None:
    assert {path.suffix for path in our_files()} == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".css", "p:has(a) { top: 0; }"),
        (".css", "p { a { top: 0; } }"),
        (".css", "@media print { p { top: 0; a { top: 0; } } }"),
        (".css", "p { &:hover { top: 0; } }"),
        (".css", "@container (min-width: 9px) { p { top: 0; } }"),
        (".css", "p { color: color-mix(in srgb, red, blue); }"),
        (".css", "@media (width >= 600px) { p { top: 0; } }"),
        (".css", "p { height: 100dvh; }"),
        (".css", "p { rotate: 9deg; }"),
        (".js", "const last = rows.at(-1);"),
        (".js", "structuredClone(rows);"),
        (".js", 'document.querySelector("p:has(a)");'),
        (".html", "<div popover>"),
        (".html", '<details name="one">'),
    ],
)
def test_what_is_too_new_is_found(kind: str, text: str) -> None:
    assert too_new(text, kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".css", "@media (max-width: 9px) { p { top: 0; } a { top: 0; } } b { top: 0; }"),
        (".css", "p { -webkit-print-color-adjust: exact; transform: rotate(9deg); }"),
        (".js", "rows.flat(); left ??= right; // a.at(1)"),
        (".html", '<details class="action" id="a">'),
    ],
)
def test_what_is_old_enough_is_not(kind: str, text: str) -> None:
    assert too_new(text, kind) == []
