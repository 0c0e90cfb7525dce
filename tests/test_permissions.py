"""Who may see and do what, as one table: every route, method, role and place in the unit tree.

A line's groups are the places of the caller, seen from 甲镇, whose rows are asked for: the
issuing office, 甲镇 itself, the county above, a village below, a sibling township, a county of
another tree. The four letters of a group are the roles held there: coordinator, head, officer,
viewer. The last two are a person without a role, and nobody logged in.

    +  answered; a write has changed something     .  404, out of sight
    =  a write answered without changing anything  x  403, in sight but not allowed
    0  a list in which the row does not stand      !  409, not in this state
    -  401                                         >  sent to the log-in page
    m  405

Whatever is refused, and whatever only reads, leaves every row of the house as it was.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from tests.api_world import ApiWorld
from tests.county import County
from tests.kept_rows import built_once
from tests.permissions import ANONYMOUS, Line, Matrix, callers, contents, parse, write

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

PLANS = """
# route                           method row            off. own  abov belo sibl othe n a
api-unit-list                     GET    甲镇             ++++ ++++ ++++ ++++ ++++ ++++ 0 -
api-unit-detail                   GET    甲镇             ++++ ++++ ++++ ++++ ++++ ++++ . -
api-unit-group-list               GET    各乡镇            ++++ ++++ ++++ ++++ ++++ ++++ 0 -
api-unit-group-detail             GET    各乡镇            ++++ ++++ ++++ ++++ ++++ ++++ . -
api-plan-list                     GET    plan           ++++ ++++ ++++ ++++ ++++ 0000 0 -
api-plan-list                     GET    draft          +000 0000 0000 0000 0000 0000 0 -
api-plan-list                     POST   -              +xxx xxxx xxxx xxxx xxxx xxxx ? -
api-plan-read                     POST   -              +xxx +xxx +xxx +xxx +xxx +xxx x -
api-plan-document                 GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-document                 GET    draft          +... .... .... .... .... .... . -
api-plan-detail                   GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-detail                   GET    draft          +... .... .... .... .... .... . -
api-plan-detail                   PATCH  plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-detail                   PATCH  draft          +... .... .... .... .... .... . -
api-plan-issue                    POST   draft          +... .... .... .... .... .... . -
api-plan-issue                    POST   plan           =xxx xxxx xxxx xxxx xxxx .... . -
api-plan-completion               GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-completion               GET    draft          +... .... .... .... .... .... . -
api-plan-reminder-rules           GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-reminder-rules           PUT    plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-reminder-rules           PUT    draft          +... .... .... .... .... .... . -
api-key-task-list                 GET    key-task       ++++ ++++ ++++ ++++ ++++ 0000 0 -
api-key-task-list                 GET    draft-item     +000 0000 0000 0000 0000 0000 0 -
api-key-task-detail               GET    key-task       ++++ ++++ ++++ ++++ ++++ .... . -
api-key-task-detail               GET    draft-item     +... .... .... .... .... .... . -
api-key-task-detail               PATCH  key-task       !xxx xxxx xxxx xxxx xxxx .... . -
api-key-task-detail               PATCH  draft-item     +... .... .... .... .... .... . -
"""

SHARES = """
# route                           method row            off. own  abov belo sibl othe n a
api-task-list                     GET    root           ++++ 0000 ++++ 0000 0000 0000 0 -
api-task-list                     GET    under-way      +000 ++++ ++++ 0000 0000 0000 0 -
api-task-list                     GET    village's      ++++ ++++ ++++ ++++ 0000 0000 0 -
api-task-detail                   GET    root           ++++ .... ++++ .... .... .... . -
api-task-detail                   GET    under-way      +... ++++ ++++ .... .... .... . -
api-task-detail                   GET    village's      ++++ ++++ ++++ ++++ .... .... . -
api-task-acknowledge              POST   new            x... x++x xxxx .... .... .... . -
api-task-acknowledge              POST   under-way      x... x!!x xxxx .... .... .... . -
api-task-object                   POST   new            x... x++x xxxx .... .... .... . -
api-task-uphold                   POST   objected       +... xxxx xxxx .... .... .... . -
api-task-decompose                POST   under-way      x... x++x xxxx .... .... .... . -
api-task-reports                  GET    reported       +... ++++ ++++ .... .... .... . -
api-task-reports                  GET    village's      ++++ ++++ ++++ ++++ .... .... . -
api-task-reports                  POST   under-way      x... x++x xxxx .... .... .... . -
api-task-extension-requests       GET    reported       +... ++++ ++++ .... .... .... . -
api-task-extension-requests       POST   under-way      x... x++x xxxx .... .... .... . -
api-task-events                   GET    under-way      +... ++++ ++++ .... .... .... . -
api-report-list                   GET    report         +000 ++++ ++++ 0000 0000 0000 0 -
api-report-list                   GET    v-report       ++++ ++++ ++++ ++++ 0000 0000 0 -
api-report-detail                 GET    report         +... ++++ ++++ .... .... .... . -
api-report-detail                 GET    v-report       ++++ ++++ ++++ ++++ .... .... . -
api-report-approve                POST   report         +... xxxx xxxx .... .... .... . -
api-report-approve                POST   v-report       xxxx x+xx xxxx xxxx .... .... . -
api-report-submit-many            POST   -              x??? x++x xxxx ???? ???? ???? ? -
api-report-approve-many           POST   -              +??? xxxx xxxx ???? ???? ???? ? -
api-report-sheet                  GET    -              xxxx x++x xxxx xxxx xxxx xxxx . -
api-report-sheet                  POST   -              xxxx x++x xxxx xxxx xxxx xxxx . -
api-report-return                 POST   report         +... xxxx xxxx .... .... .... . -
api-report-return                 POST   v-report       xxxx x+xx xxxx xxxx .... .... . -
api-extension-request-list        GET    request        +000 ++++ ++++ 0000 0000 0000 0 -
api-extension-request-detail      GET    request        +... ++++ ++++ .... .... .... . -
api-extension-request-document    GET    request        !... !!!! !!!! .... .... .... . -
api-extension-request-approve     POST   request        +... xxxx xxxx .... .... .... . -
api-extension-request-refuse      POST   request        +... xxxx xxxx .... .... .... . -
api-event-list                    GET    event          +000 ++++ ++++ 0000 0000 0000 0 -
api-reminder-list                 GET    reminder       +000 ++++ ++++ 0000 0000 0000 0 -
api-reminder-detail               GET    reminder       +... ++++ ++++ .... .... .... . -
api-paper-list                    GET    paper          0000 00+0 0000 0000 0000 0000 0 -
api-paper-list                    POST   -              ++++ ++++ ++++ ++++ ++++ ???? ? -
api-paper-detail                  GET    paper          .... ..+. .... .... .... .... . -
api-paper-detail                  DELETE paper          .... ..+. .... .... .... .... . -
api-paper-file                    GET    paper          .... ..+. .... .... .... .... . -
api-completion                    GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-me                            GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-wishes                        GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-wishes                        PUT    -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-calendar-feed                 POST   -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-calendar-feed                 DELETE -              ==== ==== ==== ==== ==== ==== = -
api-tokens                        GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-tokens                        POST   -              ---- ---- ---- ---- ---- ---- - -
api-tokens                        DELETE -              ---- ---- ---- ---- ---- ---- - -
api-token                         DELETE token          .... ..+. .... .... .... .... . -
api-schema                        GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + -
api-docs                          GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
api-nowhere                       GET    -              .... .... .... .... .... .... . -
"""

INDICATORS = """
# route                           method row            off. own  abov belo sibl othe n a
api-plan-indicators               GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-indicators               POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-indicator-detail              GET    indicator      ++++ ++++ ++++ ++++ ++++ .... . -
api-indicator-detail              PUT    indicator      +xxx xxxx xxxx xxxx xxxx .... . -
api-indicator-detail              DELETE indicator      +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-annual-report            GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-write-chapter            POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-comment-on-chapter       POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-assign-chapter           POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-release-report           POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
"""

SUPERVISION = """
# route                           method row            off. own  abov belo sibl othe n a
api-task-urges                    GET    under-way      +... ++++ ++++ .... .... .... . -
api-task-urges                    POST   under-way      +... xxxx xxxx .... .... .... . -
api-task-urges                    POST   village's      +xxx x++x xxxx xxxx .... .... . -
api-task-supervision-notices      GET    under-way      +... ++++ ++++ .... .... .... . -
api-task-supervision-notices      POST   under-way      +... xxxx xxxx .... .... .... . -
api-supervision-notice-list       GET    notice         +000 ++++ ++++ 0000 0000 0000 0 -
api-supervision-notice-detail     GET    notice         +... ++++ ++++ .... .... .... . -
api-supervision-notice-document   GET    notice         +... ++++ ++++ .... .... .... . -
api-urge-document                 GET    urge           +... ++++ ++++ .... .... .... . -
api-supervision-notice-raise      POST   notice         +... xxxx xxxx .... .... .... . -
api-supervision-notice-lift       POST   notice         +... xxxx xxxx .... .... .... . -
api-report-evidence               GET    report         +... ++++ ++++ .... .... .... . -
api-report-evidence               POST   report         x... x++x xxxx .... .... .... . -
api-evidence-detail               DELETE file           x... xx!x xxxx .... .... .... . -
api-evidence-detail               DELETE draft's        .... ..+. .... .... .... .... . -
api-evidence-content              GET    file           +... ++++ ++++ .... .... .... . -
api-evidence-content              GET    draft's        .... ..+. .... .... .... .... . -
"""

CHANGES = """
# route                           method row            off. own  abov belo sibl othe n a
api-task-detail                   PATCH  village's      +xxx x++x xxxx xxxx .... .... . -
api-task-preview                  POST   under-way      x... x==x xxxx .... .... .... . -
api-task-move                     POST   under-way      +... xxxx xxxx .... .... .... . -
api-task-reassign                 POST   under-way      +... xxxx xxxx .... .... .... . -
api-task-cancel                   POST   village's      +xxx x++x xxxx xxxx .... .... . -
api-task-reopen                   POST   under-way      !... xxxx xxxx .... .... .... . -
api-task-light                    POST   under-way      +... xxxx xxxx .... .... .... . -
api-task-review                   POST   under-way      !... xxxx xxxx .... .... .... . -
api-task-draft                    GET    under-way      .... ..+. .... .... .... .... . -
api-task-draft                    PUT    under-way      x... x++x xxxx .... .... .... . -
api-report-let-out                POST   report         x... x!xx xxxx .... .... .... . -
api-plan-amendments               GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-plan-add-key-task             POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-close                    POST   plan           !xxx xxxx xxxx xxxx xxxx .... . -
api-plan-copy                     POST   plan           +xxx xxxx xxxx xxxx xxxx .... . -
api-plan-over-years               GET    plan           ++++ ++++ ++++ ++++ ++++ .... . -
api-key-task-amend                POST   settled        +xxx xxxx xxxx xxxx xxxx .... . -
api-key-task-cancel               POST   settled        +xxx xxxx xxxx xxxx xxxx .... . -
api-key-task-suspend              POST   settled        +xxx xxxx xxxx xxxx xxxx .... . -
api-key-task-resume               POST   settled        !xxx xxxx xxxx xxxx xxxx .... . -
api-key-task-carry-over           POST   settled        ???? ???? ???? ???? ???? .... . -
api-unit-reform-list              GET    reform         +000 +000 +000 0000 0000 0000 0 -
api-unit-reform-list              POST   -              +xxx +xxx +xxx xxxx xxxx xxxx ? -
api-unit-reform-detail            GET    reform         +... +... +... .... .... .... . -
api-unit-reform-preview           GET    reform         +... +... +... .... .... .... . -
api-unit-reform-complete          POST   reform         +... +... +... .... .... .... . -
api-unit-reform-transfers         POST   reform         +... +... +... .... .... .... . -
api-unit-reform-execute           POST   reform         !... !... !... .... .... .... . -
"""

PAGES = """
# route                           method row            off. own  abov belo sibl othe n a
live                              GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + +
ready                             GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + +
work                              GET    -              .... .... .... .... .... .... . .
calendar-feed                     GET    -              .... .... .... .... .... .... . .
login                             GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + +
login                             POST   -              ==== ==== ==== ==== ==== ==== = +
logout                            POST   -              ==== ==== ==== ==== ==== ==== = >
forgotten-password                GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + +
forgotten-password                POST   -              ++++ ++++ ++++ ++++ ++++ ++++ + +
set-password                      GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + +
set-password                      POST   -              ++++ ++++ ++++ ++++ ++++ ++++ + +
log-in-code                       GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + +
log-in-code                       POST   -              ==== ==== ==== ==== ==== ==== = =
sign-on                           GET    -              .... .... .... .... .... .... . .
sign-on-callback                  GET    -              .... .... .... .... .... .... . .
second-factor                     GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
second-factor                     POST   -              ???? ???? ???? ???? ???? ???? ? >
change-password                   GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
change-password                   POST   -              ???? ???? ???? ???? ???? ???? ? >
switch-language                   POST   -              ++++ ++++ ++++ ++++ ++++ ++++ + =
my-work                           GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
plans                             GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
directory                         GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
unit                              GET    甲镇             ++++ ++++ ++++ ++++ ++++ ++++ . >
unit-group                        GET    各乡镇            ++++ ++++ ++++ ++++ ++++ ++++ . >
directory-sheet:units             GET    -              xxxx xxxx xxxx xxxx xxxx xxxx x >
import-directory                  GET    -              xxxx xxxx xxxx xxxx xxxx xxxx x >
import-directory                  POST   -              xxxx xxxx xxxx xxxx xxxx xxxx x >
confirm-import                    POST   -              xxxx xxxx xxxx xxxx xxxx xxxx x >
reforms                           GET    -              +xxx +xxx +xxx +xxx +xxx +xxx x >
new-reform:merge                  GET    -              +xxx +xxx +xxx +xxx +xxx +xxx x >
new-reform:split                  GET    -              +xxx +xxx +xxx +xxx +xxx +xxx x >
new-reform:rename                 GET    -              +xxx +xxx +xxx +xxx +xxx +xxx x >
new-reform:close                  GET    -              +xxx +xxx +xxx +xxx +xxx +xxx x >
new-reform:close                  POST   -              +xxx +xxx +xxx ?xxx ?xxx ?xxx x >
reform                            GET    reform         +... +... +... .... .... .... . >
act-on-reform:complete            POST   reform         +... +... +... .... .... .... . >
act-on-reform:transfers           POST   reform         +... +... +... .... .... .... . >
act-on-reform:execute             POST   reform         !... !... !... .... .... .... . >
reminders                         GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
papers                            GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
papers                            POST   -              ++++ ++++ ++++ ++++ ++++ ???? ? >
paper-file                        GET    paper          .... ..+. .... .... .... .... . >
urge-document                     GET    urge           +... ++++ ++++ .... .... .... . >
notice-document                   GET    notice         +... ++++ ++++ .... .... .... . >
extension-document                GET    request        .... .... .... .... .... .... . >
take-paper-back                   POST   paper          .... ..+. .... .... .... .... . >
report-sheet                      GET    甲镇             xxxx x++x xxxx xxxx xxxx xxxx . >
report-sheet                      POST   甲镇             xxxx x++x xxxx xxxx xxxx xxxx . >
my-settings                       GET    -              ++++ ++++ ++++ ++++ ++++ ++++ + >
my-settings                       POST   -              ++++ ++++ ++++ ++++ ++++ ++++ + >
revoke-token                      POST   token          .... ..+. .... .... .... .... . >
make-feed                         POST   -              ++++ ++++ ++++ ++++ ++++ ++++ + >
revoke-feed                       POST   -              ==== ==== ==== ==== ==== ==== = >
new-plan                          GET    -              +xxx +xxx +xxx +xxx +xxx +xxx x >
new-plan                          POST   -              +xxx +xxx +xxx +xxx +xxx +xxx x >
confirm-plan                      POST   -              +xxx ?xxx ?xxx ?xxx ?xxx ?xxx x >
draft-plan                        GET    draft          +... .... .... .... .... .... . >
settle                            POST   draft-item     +... .... .... .... .... .... . >
plan                              GET    plan           ++++ ++++ ++++ ++++ ++++ .... . >
issue-plan                        POST   draft          +... .... .... .... .... .... . >
reminder-rules                    GET    plan           +xxx xxxx xxxx xxxx xxxx .... . >
reminder-rules                    POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
year-end                          GET    plan           +xxx xxxx xxxx xxxx xxxx .... . >
close-plan                        POST   plan           !xxx xxxx xxxx xxxx xxxx .... . >
copy-plan                         POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
annual-report                     GET    plan           ++++ ++++ ++++ ++++ ++++ .... . >
act-on-annual-report:write        POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
act-on-annual-report:comment      POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
act-on-annual-report:assign       POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
act-on-annual-report:release      POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
indicators                        GET    plan           ++++ ++++ ++++ ++++ ++++ .... . >
indicators                        POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
indicator                         GET    indicator      +xxx xxxx xxxx xxxx xxxx .... . >
indicator                         POST   indicator      +xxx xxxx xxxx xxxx xxxx .... . >
remove-indicator                  POST   indicator      +xxx xxxx xxxx xxxx xxxx .... . >
key-task                          GET    key-task       ++++ ++++ ++++ ++++ ++++ .... . >
key-task                          GET    draft-item     +... .... .... .... .... .... . >
amend-key-task:amend              POST   settled        +xxx xxxx xxxx xxxx xxxx .... . >
amend-key-task:suspend            POST   settled        +xxx xxxx xxxx xxxx xxxx .... . >
amend-key-task:resume             POST   settled        !xxx xxxx xxxx xxxx xxxx .... . >
amend-key-task:cancel             POST   settled        +xxx xxxx xxxx xxxx xxxx .... . >
amend-key-task:carry-over         POST   settled        ?xxx xxxx xxxx xxxx xxxx .... . >
plan-timeline                     GET    plan           ++++ ++++ ++++ ++++ ++++ .... . >
branch                            GET    key-task       ++++ ++++ ++++ ++++ ++++ .... . >
branch                            GET    draft-item     +... .... .... .... .... .... . >
completion                        GET    plan           ++++ ++++ ++++ ++++ ++++ .... . >
completion-sheet                  GET    plan           ++++ ++++ ++++ ++++ ++++ .... . >
share                             GET    under-way      +... ++++ ++++ .... .... .... . >
share                             GET    village's      ++++ ++++ ++++ ++++ .... .... . >
plan-settings                     GET    plan           +xxx xxxx xxxx xxxx xxxx .... . >
plan-settings                     POST   plan           +xxx xxxx xxxx xxxx xxxx .... . >
attach-evidence                   POST   report         x... x++x xxxx .... .... .... . >
act-on-share:report               POST   under-way      x... x++x xxxx .... .... .... . >
preview-decomposition             POST   under-way      x... x==x xxxx .... .... .... . >
decompose                         POST   under-way      x... x++x xxxx .... .... .... . >
act-on-share:acknowledge          POST   new            x... x++x xxxx .... .... .... . >
act-on-share:no-change            POST   under-way      x... x++x xxxx .... .... .... . >
act-on-share:uphold               POST   objected       +... xxxx xxxx .... .... .... . >
decide-report:approve             POST   report         +... xxxx xxxx .... .... .... . >
decide-report:approve             POST   v-report       xxxx x+xx xxxx xxxx .... .... . >
decide-report:return              POST   v-report       xxxx x+xx xxxx xxxx .... .... . >
act-on-share:urge                 POST   village's      +xxx x++x xxxx xxxx .... .... . >
act-on-share:cancel               POST   village's      +xxx x++x xxxx xxxx .... .... . >
act-on-share:move                 POST   under-way      +... xxxx xxxx .... .... .... . >
act-on-share:light                POST   under-way      +... xxxx xxxx .... .... .... . >
decide-report:let-out             POST   report         x... x!xx xxxx .... .... .... . >
decide-notice:lift                POST   notice         +... xxxx xxxx .... .... .... . >
decide-extension:approve          POST   request        +... xxxx xxxx .... .... .... . >
"""

TABLE = PLANS + SHARES + INDICATORS + SUPERVISION + CHANGES + PAGES

#: Asked for with every other method too; the answer to these is the same for everybody.
OTHERS = ("office coordinator", "own head", "nobody")


@pytest.fixture
def matrix(county: County, settings: Settings, tmp_path: Path) -> Matrix:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path
    return Matrix(built_once(ApiWorld, county))


def named_routes() -> dict[str, URLPattern]:
    """Every address of the installation by its name, the API's and the pages'."""

    def walk(patterns: Any) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield pattern

    return {str(pattern.name): pattern for pattern in walk(get_resolver().url_patterns)}


def takes_a_row(pattern: URLPattern) -> bool:
    return "pk" in str(pattern.pattern)


def methods_of(pattern: URLPattern) -> set[str]:
    """The methods that an API view says it answers. A page does not say; it is asked."""
    view: Any = pattern.callback
    actions = getattr(view, "actions", {})
    return {method.upper() for method in actions} & set(METHODS)


def path_of(line: Line, matrix: Matrix) -> str:
    name, _, action = line.route.partition(":")
    if name == "api-nowhere":
        return "/api/v1/nowhere/"
    if name == "calendar-feed":
        return reverse(name, args=["of-nobody"])
    if name == "set-password":
        return reverse(name, args=["MQ", "of-nobody"])
    row = [matrix.rows[line.row].pk] if takes_a_row(named_routes()[name]) else []
    return reverse(name, args=[*row, *([action] if action else [])])


def methods_in_table() -> dict[str, set[str]]:
    """The methods that the table says something about, by route."""
    known: dict[str, set[str]] = {}
    for line in parse(TABLE):
        known.setdefault(line.route.partition(":")[0], set()).add(line.method)
    return known


@pytest.mark.parametrize(
    "table",
    [PLANS, SHARES, INDICATORS, SUPERVISION, CHANGES, PAGES],
    ids=["plans", "shares", "indicators", "supervision", "changes", "pages"],
)
def test_the_table(table: str, matrix: Matrix) -> None:
    lines = parse(table)
    found = []
    for line in lines:
        path = path_of(line, matrix)
        content = contents(matrix.world).get((line.route, line.method))
        letters = {who: matrix.outcome(line, who, path, content) for who in callers()}
        found.append(write(line, letters))
    assert found == [write(line, line.expected) for line in lines]


def test_every_route_stands_in_the_table() -> None:
    assert methods_in_table().keys() == named_routes().keys()


def test_every_method_of_the_api_stands_in_the_table() -> None:
    known = methods_in_table()
    offered = {name: methods_of(pattern) for name, pattern in named_routes().items()}
    missing = {name: methods - known[name] for name, methods in offered.items()}
    assert {name: methods for name, methods in missing.items() if methods} == {}


def test_a_method_that_is_not_in_the_table_does_nothing_for_anybody(matrix: Matrix) -> None:
    """404 where no address exists at all; the log-in page sends on whoever is logged in."""
    lines = {line.route.partition(":")[0]: line for line in parse(TABLE)}
    known = methods_in_table()
    wrong = []
    for name, first in lines.items():
        for method in sorted(set(METHODS) - known[name]):
            line = Line(first.route, method, first.row, "")
            path = path_of(line, matrix)
            found = [matrix.outcome(line, who, path, None) for who in (*OTHERS, ANONYMOUS)]
            if not set(found) <= set("m.-=>"):
                wrong.append((name, method, found))
    assert wrong == []
