"""Pages against the HTML standard, by html-validate: it knows what may stand in what and which
attributes there are, is released every few weeks, and runs on the Node.js that npm needs anyway.
"""

import json
import subprocess
from pathlib import Path

from tests.browser.old_chromium import ROOT, node

PROGRAM = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
NO_VALIDATOR = "THE HTML WAS NOT VALIDATED: make install fetches html-validate (Node.js)"
#: What the standard says, and nobody's taste; it does say that a label is of something.
RULES = {
    "root": True,
    "extends": ["html-validate:standard"],
    "rules": {"no-missing-references": "error"},
}


def can_validate() -> bool:
    return node() is not None and PROGRAM.is_file()


def faults_of_pages(work: Path, pages: dict[str, str]) -> list[str]:
    """For each page by name what is wrong with it, and where."""
    names = {}
    for number, (name, text) in enumerate(pages.items()):
        place = work / f"{number}.html"
        place.write_text(text, encoding="utf-8")
        names[str(place)] = name
    rules = work / "rules.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    command = [node() or "", str(PROGRAM), "--config", str(rules), "--formatter", "json"]
    answer = subprocess.run([*command, *names], capture_output=True, text=True, check=False)
    return [
        f"{names[page['filePath']]}:{found['line']}: {found['ruleId']}: {found['message']}"
        for page in json.loads(answer.stdout)
        for found in page["messages"]
    ]
