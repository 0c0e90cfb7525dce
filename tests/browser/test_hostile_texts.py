"""Texts that would run as scripts, in every text field of every row, on every page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from pytest_django import Settings

from tests.api_requests import session_of
from tests.api_world import ApiWorld
from tests.browser.conftest import OpensDesk
from tests.browser.desk import Desk
from tests.browser.payloads import FOREIGN, PAYLOADS
from tests.browser.test_every_page import pages_of
from tests.county import County
from tests.kept_rows import built_once
from tests.permissions import Matrix

pytestmark = pytest.mark.django_db(transaction=True)

#: No person writes these: keys, hashes, codes, and the way to log in.
NOT_WRITTEN = {
    "ancestors", "password", "email", "token_sha256", "key", "fingerprint", "sha256", "stored_as",
    "message_id", "from_state", "to_state", "job", "kind", "superseded_because", "fault",
}  # fmt: skip
#: How often every row is written anew, so that the short fields hold all the payloads in turn.
ROUNDS = 4
#: Whose pages are opened, in turn.
READERS = ("office coordinator", "own officer")


@pytest.fixture
def matrix(county: County, settings: Settings, evidence_root: Path) -> Matrix:
    settings.LUOSHI_EVIDENCE_ROOT = evidence_root
    with transaction.atomic():
        return Matrix(built_once(ApiWorld, county))


def text_fields() -> Iterator[tuple[type[models.Model], models.Field]]:  # type: ignore[type-arg]
    for app in ("accounts", "plans", "tasks"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.fields:
                written = isinstance(field, models.CharField | models.TextField)
                if written and not field.choices and field.name not in NOT_WRITTEN:
                    yield model, field


def text_for(length: int | None, start: int, own: str) -> str:
    """As many payloads as fit, whole, after what makes the text the row's own."""
    turned = PAYLOADS[start % len(PAYLOADS) :] + PAYLOADS[: start % len(PAYLOADS)]
    text = own
    for payload in turned:
        if length is None or len(text) + len(payload) <= length:
            text += payload
    return text


def poison(turn: int) -> set[str]:
    """Writes past the services, which would refuse some of it; answers which payloads stand."""
    texts = []
    with connection.cursor() as cursor:
        # History and closed plans refuse to be written; here they are to hold the worst.
        cursor.execute("SET session_replication_role = replica")
    for place, (model, field) in enumerate(text_fields()):
        for row, pk in enumerate(model._default_manager.values_list("pk", flat=True)):
            start = turn * len(PAYLOADS) // ROUNDS + place + row
            texts.append(text_for(field.max_length, start, f"{pk}"))
            model._default_manager.filter(pk=pk).update(**{field.name: texts[-1]})
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    return {payload for payload in PAYLOADS if any(payload in text for text in texts)}


def foreign_elements(desk: Desk) -> list[str]:
    found: list[str] = desk.page.evaluate(
        f"Array.from(document.querySelectorAll({FOREIGN!r}), found => found.outerHTML)"
    )
    return found


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_nothing_runs_and_nothing_is_markup(
    matrix: Matrix, open_desk: OpensDesk, turn: int
) -> None:
    """Without the policy, so that what is not escaped would really run."""
    assert poison(turn) == set(PAYLOADS)
    wrong = []
    who = READERS[turn % len(READERS)]
    desk = open_desk(session=session_of(matrix.people[who]), lenient=True)
    for path in pages_of(matrix, who):
        assert desk.go(path) < 500, path
        wrong += [(path, found) for found in [*desk.wrong, *foreign_elements(desk)]]
        desk.wrong.clear()
    assert wrong == []


@pytest.mark.parametrize("payload", PAYLOADS[:2] + PAYLOADS[4:9])
def test_what_is_not_escaped_is_noticed(open_desk: OpensDesk, payload: str) -> None:
    """The control: the same texts as markup."""
    desk = open_desk(lenient=True)
    desk.page.set_content(f"<p>{payload}</p>")
    assert foreign_elements(desk)
    assert any(found.startswith("ran:") for found in desk.wrong)
