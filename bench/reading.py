"""How long and how much memory it takes to read a plan, in the process that reads it.

    python -m bench.reading [ITEMS ...]

Makes a Word file for each number of items, of some 110 items to 30 pages, and prints the seconds
of processor and the most megabytes of the reading process, with its start, and by what factor the
time beyond the start grew for each factor of the items. Linear growth has a ratio of about 1.
Figures go to ``bench/results.json``.
"""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from docx import Document

from bench.recording import record

ROOT = Path(__file__).resolve().parents[1]
SIZES = (50, 500, 5_000)
#: Characters of an item besides its mark: a page of an official document has some 22 lines of 28.
TEXT = "完善制度机制，压实工作责任，明确时间节点，定期调度推进，确保各项任务落到实处。" * 4
REQUEST: dict[str, Any] = {
    "filename": "plan.docx",
    "year": None,
    "language": "en",
    "locale_paths": [],
}


def plan_of(items: int) -> bytes:
    """A Word file: chapters of twenty items, each with units and a deadline in a bracket."""
    document = Document()
    document.add_paragraph("某县2026年法治政府建设工作要点")
    for n in range(items):
        if n % 20 == 0:
            document.add_paragraph(f"第{n // 20 + 1}部分 重点任务")
        document.add_paragraph(
            f"{n % 20 + 1}.推进第{n + 1}项工作。{TEXT}（牵头单位：县司法局；"
            f"责任单位：县财政局、县发展改革委、各乡镇（街道）；完成时限：{n % 12 + 1}月底前）"
        )
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def read(content: bytes) -> tuple[int, float, float]:
    """The items found, the seconds of processor and the most megabytes of the process."""
    child = subprocess.Popen(
        [sys.executable, "-m", "plans.reading"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    if child.stdin is None or child.stdout is None:
        raise SystemExit("The reader was started without pipes.")
    child.stdin.write(json.dumps(REQUEST).encode() + b"\n" + content)
    child.stdin.close()
    answer = child.stdout.read()
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"The reader ended with status {child.returncode}.")
    return (
        len(json.loads(answer)["draft"]["items"]),
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
    )


def quickest(items: int) -> tuple[int, float, float]:
    """The best of three readings: other work of the machine only ever adds to one."""
    content = plan_of(items)
    return min((read(content) for _again in range(3)), key=lambda result: result[1])


def main(sizes: list[int]) -> None:
    _found, start, _memory = quickest(0)
    sys.stdout.write(f"start of the process: {start:.2f} s\n")
    sys.stdout.write(f"{'items':>6} {'seconds':>8} {'MB':>5} {'ratio':>6}\n")
    before: tuple[int, float] | None = None
    rows = []
    for size in sizes:
        found, seconds, memory = quickest(size)
        if found != size:
            raise SystemExit(f"{found} items were read instead of {size}.")
        ratio = (seconds - start) / before[1] * before[0] / size if before else 1
        sys.stdout.write(f"{size:6} {seconds:8.2f} {memory:5.0f} {ratio:6.2f}\n")
        rows.append({"items": size, "seconds": seconds, "megabytes": memory, "ratio": ratio})
        before = size, seconds - start
    record("reading", rows)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
