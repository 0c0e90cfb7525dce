"""The browser of an office that buys none: Chromium 91, out of an npm package."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent.parent
PACKED = ROOT / "node_modules" / "chrome-aws-lambda" / "bin"
#: Where it is unpacked once, for all test processes.
PLACE = ROOT / "var" / "chromium-91"
OLD_MISSING = (
    "THE PAGES WERE NOT TESTED IN AN OLD BROWSER: make install fetches it (x86-64, Node.js)"
)
#: Brotli is in Node.js, which brought the package, and not in Python.
UNPACK = """
const [from, to] = process.argv.slice(1);
const packed = require("fs").readFileSync(from);
require("fs").writeFileSync(to, require("zlib").brotliDecompressSync(packed));
"""
#: Playwright asks for it, and Chromium has it since 105. Our pages do not get to see this one.
SEEN = """
Element.prototype.checkVisibility = function () {
  return this.getClientRects().length > 0;
};
"""


def node() -> str | None:
    """Node.js of the system, or of the wheel that brings it along."""
    return shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))


def unpacked() -> Path | None:
    """The folder of the program and its libraries; nothing where it cannot run here."""
    if not PLACE.exists() and node() and (PACKED / "chromium.br").is_file():
        PLACE.parent.mkdir(exist_ok=True)
        _unpack_beside(Path(tempfile.mkdtemp(prefix="chromium-", dir=PLACE.parent)))
    return PLACE if _runs() else None


def _unpack_beside(work: Path) -> None:
    """Whole or not at all: another test process may be doing the same."""
    for name in ("chromium", "aws.tar"):
        command = [node() or "", "-e", UNPACK, str(PACKED / f"{name}.br"), str(work / name)]
        subprocess.run(command, check=True)
    with tarfile.open(work / "aws.tar") as libraries:
        libraries.extractall(work, filter="data")
    (work / "aws.tar").unlink()
    (work / "chromium").chmod(0o755)
    try:
        work.rename(PLACE)
    except OSError:
        shutil.rmtree(work)


def _runs() -> bool:
    """Whether the machine is of its kind and has the libraries that it asks for."""
    if not PLACE.exists() or os.uname().machine != "x86_64":
        return False
    environment = {**os.environ, "LD_LIBRARY_PATH": str(PLACE / "lib")}
    asked = subprocess.run(
        ["ldd", str(PLACE / "chromium")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.returncode == 0 and "not found" not in asked.stdout


def lend_what_playwright_asks_for(page: Page) -> None:
    """In the world of Playwright's own scripts, whose name is made of the page's."""
    own: Any = page._impl_obj
    world = f"__playwright_utility_world_{own._guid}"
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    script = {"source": SEEN, "worldName": world}
    session.send("Page.addScriptToEvaluateOnNewDocument", script)
