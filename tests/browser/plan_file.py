"""The plan of the browser's story, as an office would print it."""

import datetime as dt
from pathlib import Path

from docx import Document


def write_plan(place: Path, today: dt.date) -> Path:
    """A Word file of three key tasks: one is clear, one names no known unit, one has no date."""
    document = Document()
    for line in (
        f"依法治县办〔{today.year}〕1号",
        f"{today.year}年法治建设工作要点",
        "一、规范管理",
        "(一)清理文件。全面清理规范性文件。(牵头单位:司法局;责任单位:各乡镇(街道);"
        f"完成时限:{today.year + 1}年6月30日前)",
        f"(二)编制预算。足额编列经费。(县金库负责;完成时限:{today.year + 1}年6月底前)",
        "二、学习宣传",
        "(三)领导学法。健全学法制度。(司法局负责)",
    ):
        document.add_paragraph(line)
    document.save(str(place))
    return place
