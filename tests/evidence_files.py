"""Files as offices hand them in, and as somebody who means harm would: all built here."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import docx
import openpyxl

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TEXT = "甲镇：已清理文件 9 件。\r\n".encode()
CSV = "序号,事项\r\n1,清理\r\n".encode("gb18030")
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
#: One scan line of one pixel, between the parts that every camera writes.
JPG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x7f\xff\xd9"
)


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x00")
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def word() -> bytes:
    document, made = docx.Document(), io.BytesIO()
    document.add_paragraph("清理情况")
    document.save(made)
    return made.getvalue()


def workbook() -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet("清单")
    book.save(made)
    return made.getvalue()


def archive(entries: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
        target.comment = comment
    return made.getvalue()


def ofd() -> bytes:
    return archive({"OFD.xml": b'<?xml version="1.0"?><ofd:OFD/>', "Doc_0/Document.xml": b"<x/>"})


def changed(content: bytes, entries: dict[str, bytes]) -> bytes:
    """The archive with some entries more."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        found = {name: source.read(name) for name in source.namelist()}
    return archive(found | entries)


def with_types(types: bytes) -> bytes:
    return archive({"[Content_Types].xml": types, "word/document.xml": b"<x/>"})


def locked(content: bytes) -> bytes:
    """Every entry says that a password is needed, as a locked archive's do."""
    found = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = found.find(sign)
        while position >= 0:
            found[position + offset] |= 1
            position = found.find(sign, position + 4)
    return bytes(found)


def honest() -> dict[str, bytes]:
    """What an office hands in, by name."""
    return {
        "总结.pdf": PDF,
        "总结.docx": word(),
        "台账.xlsx": workbook(),
        "公文.ofd": ofd(),
        "照片.JPG": JPG,
        "实况照片.jpeg": JPG + b"\x00\x00\x00\x18ftypmp42" + bytes(64),
        "截图.png": png(),
        "说明.txt": TEXT,
        "记事本.txt": "说明".encode("utf-16"),
        "带标记.txt": b"\xef\xbb\xbf" + TEXT,
        "台账.csv": CSV,
    }


WORD_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CLAIMS = ("pdf", "docx", "xlsx", "ofd", "jpg", "png", "txt", "csv")
MORE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "png as jpg": ("jpg", png, "file_content_differs"),
    "jpg as png": ("png", lambda: JPG, "file_content_differs"),
    "pdf as png": ("png", lambda: PDF, "file_content_differs"),
    "pdf as txt": ("txt", lambda: PDF, "file_content_differs"),
    "word as xlsx": ("xlsx", word, "file_content_differs"),
    "workbook as docx": ("docx", workbook, "file_content_differs"),
    "word as ofd": ("ofd", word, "file_content_differs"),
    "word as txt": ("txt", word, "file_content_differs"),
    "any archive as docx": ("docx", lambda: archive({"a.exe": PROGRAM}), "file_content_differs"),
    "any archive as ofd": ("ofd", lambda: archive({"OFD.xml": b"<x/>"}), "file_content_differs"),
    "old Word as docx": ("docx", lambda: OLD_WORD, "file_broken"),
    "pdf and archive": ("pdf", lambda: PDF + archive({"a": b"a"}), "file_content_differs"),
    "png and archive": ("png", lambda: png() + archive({"a": b"a"}), "file_content_differs"),
    "jpg and archive": ("jpg", lambda: JPG + archive({"a": b"a"}), "file_content_differs"),
    "html before Word": ("docx", lambda: HTML + word(), "file_content_differs"),
    "html behind png": ("png", lambda: png() + HTML, "file_content_differs"),
    "html before pdf": ("pdf", lambda: HTML + PDF, "file_content_differs"),
    "html in the comment": (
        "docx",
        lambda: archive({"[Content_Types].xml": WORD_TYPE}, comment=HTML),
        "file_content_differs",
    ),
    "pdf cut": ("pdf", lambda: PDF[:40], "file_content_differs"),
    "png cut": ("png", lambda: png()[:40], "file_content_differs"),
    "png without head": ("png", lambda: png()[:8] + png()[33:], "file_content_differs"),
    "jpg cut": ("jpg", lambda: JPG[:30], "file_content_differs"),
    "jpg without frame": ("jpg", lambda: JPG[:20] + JPG[33:], "file_content_differs"),
    "jpg of zeros": ("jpg", lambda: JPG[:2] + b"\xff\xe0\x00\x00" * 9, "file_content_differs"),
    "Word cut": ("docx", lambda: word()[:-200], "file_broken"),
    "Word spoiled": ("docx", lambda: spoiled(word()), "file_broken"),
    "Word locked": ("docx", lambda: locked(word()), "file_broken"),
    "macros": ("docx", lambda: changed(word(), {"word/vbaProject.bin": PROGRAM}), "file_macros"),
    "type with macros": (
        "docx",
        lambda: with_types(b"application/vnd.ms-word.document.macroEnabled.main+xml"),
        "file_content_differs",
    ),
    "text with NUL": ("txt", lambda: TEXT + b"\0", "file_content_differs"),
    "text with escapes": ("csv", lambda: b"\x1b[31m" + TEXT, "file_content_differs"),
    "text in no encoding": ("txt", lambda: b"\xff" * 9, "file_content_differs"),
    "half a character": ("txt", lambda: "清理".encode("gb18030")[:-1], "file_content_differs"),
    "rtf as txt": ("txt", lambda: rb"{\rtf1 hello}", "file_content_differs"),
    "script as txt": ("txt", lambda: b"#!/bin/sh\nrm -rf /\n", "file_content_differs"),
    "php as csv": ("csv", lambda: b"\xef\xbb\xbf <?php system('id');", "file_content_differs"),
    "html in UTF-16": ("txt", lambda: HTML.decode().encode("utf-16"), "file_content_differs"),
}


def spoiled(content: bytes) -> bytes:
    """One byte in the middle of the first entry is another."""
    found = bytearray(content)
    found[60] ^= 0xFF
    return bytes(found)


def hostile() -> list[Any]:
    """Name of the case, ending, content, and the code of the refusal."""
    cases = [(f"nothing as {kind}", kind, b"", "file_empty") for kind in CLAIMS]
    for what, content in {"html": HTML, "svg": SVG, "a program": PROGRAM}.items():
        for kind in CLAIMS:
            zipped = kind in ("docx", "xlsx", "ofd")
            code = "file_broken" if zipped else "file_content_differs"
            cases.append((f"{what} as {kind}", kind, content, code))
    cases += [(what, kind, make(), code) for what, (kind, make, code) in MORE.items()]
    return cases


#: Endings that are not taken, whatever is inside.
NOT_TAKEN = [
    "页面.html",
    "图.svg",
    "木马.exe",
    "总结.pdf.exe",
    "台账.xlsm",
    "旧文件.doc",
    "包.zip",
    "脚本.js",
    "没有后缀",
    "名.",
    "照片.png\u202e.exe",
]
