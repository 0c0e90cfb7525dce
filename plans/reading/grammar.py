"""From blocks to a draft: what kind of document it is, its tasks, its owners and deadlines. Pure.

The grammar knows notation, not documents: numbers make an outline, marks make tasks, words make
deadlines. Where the print leaves something to judgement, the item gets a question.
"""

import re
from dataclasses import replace

from plans.reading.blocks import Block, Table, lines_of, tables_of
from plans.reading.deadlines import deadline_in_sentence, read_deadline
from plans.reading.details import ItemDetails, Reading
from plans.reading.draft import DeadlineDraft, ItemDraft, OwnerDraft, PlanDraft
from plans.reading.furniture import box_of, points_to_attachment, without_furniture
from plans.reading.head import Head, read_head, year_of_title
from plans.reading.items import Found, Harvest, harvest, harvest_of_report
from plans.reading.outline import Node, outline
from plans.reading.questions import about_document, about_item, why_no_tasks
from plans.reading.recurrence import steps_of
from plans.reading.scope import (
    Reason,
    is_report,
    is_scoring,
    looks_flattened,
    reason_for_none,
)
from plans.reading.tables import Layout, layout_of, tasks_in
from plans.reading.text import folded

_REPORTING = re.compile(r"每(?:季度|月|两个月|半年)[^。;]{0,12}\d+日前[^。;]{0,16}报")


def read_blocks(blocks: list[Block], *, year: int | None = None) -> PlanDraft:
    """The draft of one document, without the details."""
    return reading_of(blocks, year=year).draft


def reading_of(blocks: list[Block], *, year: int | None = None) -> Reading:
    """The draft of one document, and what it has no place for.

    ``year`` is the caller's, where the document names none. Total: whatever the blocks hold, the
    answer is a draft; without items it says why.
    """
    kept = without_furniture(blocks)
    head = read_head(kept, year, box_of(blocks))
    tree = outline(lines_of(head.body))
    head = _with_title_of_only_chapter(head, tree, year)
    found, reason = _tasks(head, tree, blocks)
    items = [_item(task, head) for task in found.found]
    reason = reason or (None if items else Reason.NOTHING)
    questions = [why_no_tasks(reason)] if reason else []
    report_rule = any(_REPORTING.search(folded(line.text)) for line in head.cover)
    draft = PlanDraft(
        title=head.title,
        document_number=head.document_number,
        issued_on=head.issued_on,
        year=head.year,
        first_unit_leads=head.first_unit_leads,
        items=items,
        questions=questions + about_document(head, found, items, report_rule=report_rule),
    )
    details = [
        _details(task, item.deadline, head) for task, item in zip(found.found, items, strict=True)
    ]
    return Reading(draft, details)


def _details(found: Found, deadline: DeadlineDraft, head: Head) -> ItemDetails:
    recurs = deadline.kind == "recurring"
    return ItemDetails(
        persons=found.mark.persons,
        labels=list(dict.fromkeys(found.mark.labels)),
        recurrence=deadline.text if recurs else None,
        steps=steps_of(deadline, _year_of(found, head), head.issued_on),
    )


def _year_of(found: Found, head: Head) -> int | None:
    """A chapter may speak of another year than the document."""
    return max(head.year or 0, year_of_title(found.section) or 0) or None


def _with_title_of_only_chapter(head: Head, tree: Node, year: int | None) -> Head:
    """A chapter cut out of a longer document lends it its title and year."""
    chapters = [node for node in tree.children if node.is_chapter]
    if head.title is not None or len(tree.children) != 1 or not chapters:
        return head
    title = chapters[0].heading.removeprefix(chapters[0].printed or "").strip()
    return replace(head, title=title or None, year=year_of_title(title) or head.year or year)


def _tasks(head: Head, tree: Node, blocks: list[Block]) -> tuple[Harvest, Reason | None]:
    """The tasks of tables and text, or the reason why there can be none.

    ``blocks`` is all that was printed, the furniture that the head and the tree lack included.
    """
    attached = points_to_attachment(blocks)
    layouts = [_layout(table) for table in tables_of(head.body)]
    marked = _is_marked(tree) or any(layout for layout in layouts if _of_tasks(layout))
    reason = reason_for_none(head, marked=marked, attached=attached)
    if reason or _scores_only(layouts):
        return Harvest(), reason or Reason.INDICATORS
    in_tables = _tasks_in_tables(head.body)
    if in_tables and not _is_marked(tree):
        return Harvest(found=in_tables), None
    report = is_report(head)
    if not in_tables and not _is_marked(tree) and looks_flattened(blocks):
        return Harvest(), Reason.FLAT_TABLE
    in_text = harvest_of_report(tree, head.year) if report else harvest(tree)
    in_text.found += in_tables
    in_text.found.sort(key=lambda task: task.line)
    return in_text, Reason.REPORT if report and not in_text.found else None


def _is_marked(tree: Node) -> bool:
    return tree.marked or any(node.marked or node.shared for node in tree)


def _layout(table: Table) -> tuple[int, Layout] | None:
    """The first rows may hold the table's title; the header is the first that reads as one."""
    for position, row in enumerate(table.rows[:6]):
        layout = layout_of(row)
        if layout is not None:
            second = layout.with_second_row(table.rows[position + 1 : position + 2])
            return (position + 1, second) if second else (position, layout)
    return None


def _of_tasks(layout: tuple[int, Layout] | None) -> bool:
    return layout is not None and layout[1].of_tasks


def _scores_only(layouts: list[tuple[int, Layout] | None]) -> bool:
    """Scoring tables: a column of scores, and no title that hands the work out."""
    known = [layout for layout in layouts if layout is not None]
    return bool(known) and all(is_scoring(layout.header) for _position, layout in known)


def _tasks_in_tables(body: list[Block]) -> list[Found]:
    """Rows of all tables of tasks; a table without a header goes on with the one before."""
    found: list[Found] = []
    before: Layout | None = None
    for table in tables_of(body):
        layout = _layout(table)
        if layout is not None and layout[1].of_tasks:
            before = layout[1]
            found += tasks_in(table, before, layout[0] + 1)
        elif layout is None and before and table.width == len(before.columns):
            found += tasks_in(table, before, 0)
    return found


def _item(found: Found, head: Head) -> ItemDraft:
    owners = _owners(found, head.first_unit_leads)
    year = _year_of(found, head)
    deadline = _deadline(found, year)
    return ItemDraft(
        number=found.number or None,
        section=found.section or None,
        title=found.title,
        text=found.text,
        owners=owners,
        deadline=deadline,
        line=found.line,
        questions=about_item(found, owners, deadline, year),
    )


def _owners(found: Found, first_unit_leads: bool | None) -> list[OwnerDraft]:
    """Where the document says that the first unit leads, it does, unless a lead is named."""
    owners = found.mark.owners
    if not first_unit_leads or any(owner.role == "lead" for owner in owners):
        return owners
    first = next((n for n, o in enumerate(owners) if o.role == "responsible"), None)
    return [replace(owner, role="lead") if n == first else owner for n, owner in enumerate(owners)]


def _deadline(found: Found, year: int | None) -> DeadlineDraft:
    """As the mark has it; failing that, as the text suggests."""
    if found.mark.deadline is not None:
        return read_deadline(found.mark.deadline, year)
    return deadline_in_sentence(found.text, year)
