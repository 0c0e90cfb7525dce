"""``manage.py read_plan``: what the reader makes of a document, without saving anything."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from plans.reading import PlanDraft, ReadingRefused, read_document
from plans.reading.draft import ItemDraft

#: The exit status where the file is refused; 1 is for a wrong call.
REFUSED = 2


class Command(BaseCommand):
    help = (
        "Prints what the reader understands of a document, or of each in a folder; saves nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a document, or a folder of documents")
        parser.add_argument("--year", type=int, help="of the plan, where the document names none")
        parser.add_argument("--json", action="store_true", help="the draft as the contract has it")
        parser.add_argument("--out", type=Path, help="for a folder: where each NAME.json goes")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(_("There is no such file: %(path)s") % {"path": path})
        if path.is_dir():
            self._read_folder(path, options)
        else:
            self._read_file(path, options)

    def _read_file(self, path: Path, options: dict[str, Any]) -> None:
        try:
            draft = read_document(path.read_bytes(), path.name, year=options["year"])
        except ReadingRefused as refusal:
            self.stderr.write(str(refusal))
            sys.exit(REFUSED)
        self.stdout.write(_as_json(draft) if options["json"] else _as_table(draft))

    def _read_folder(self, path: Path, options: dict[str, Any]) -> None:
        """One JSON for each document; a refused one is named, and the others go on."""
        out: Path | None = options["out"]
        if not options["json"] or out is None:
            raise CommandError(_("A folder is read with --json --out FOLDER."))
        out.mkdir(parents=True, exist_ok=True)
        refused = False
        for file in sorted(found for found in path.iterdir() if found.is_file()):
            try:
                draft = read_document(file.read_bytes(), file.name, year=options["year"])
            except ReadingRefused as refusal:
                refused = True
                self.stderr.write(f"{file.name}: {refusal}")
                continue
            (out / f"{file.stem}.json").write_text(_as_json(draft) + "\n", encoding="utf-8")
            self.stdout.write(f"{file.name}: {len(draft.items)}")
        if refused:
            sys.exit(REFUSED)


def _as_json(draft: PlanDraft) -> str:
    return json.dumps(draft.to_json(), ensure_ascii=False, indent=2)


def _as_table(draft: PlanDraft) -> str:
    """For people: the head, then item by item with its questions."""
    head = [draft.title or _("(no title)"), draft.document_number or "", str(draft.issued_on or "")]
    lines = [" · ".join(part for part in head if part)]
    section = None
    for item in draft.items:
        if item.section and item.section != section:
            lines += ["", item.section]
        section = item.section
        lines += _item_lines(item)
    return "\n".join([*lines, "", *(f"? {question}" for question in draft.questions)])


def _item_lines(item: ItemDraft) -> list[str]:
    owners = "; ".join(f"{owner.role}: {owner.name}" for owner in item.owners)
    deadline = " → ".join(
        part
        for part in (item.deadline.text, str(item.deadline.due_on or item.deadline.kind))
        if part
    )
    return [
        f"  {item.number or '·'} {item.title}",
        f"      {owners or '–'}  |  {deadline}",
        *(f"      ? {question}" for question in item.questions),
    ]
