"""我的文件: asked for on the completion page, watched, fetched, and taken back."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tasks.api.paper_kinds import MAKERS
from tasks.models import Paper
from tasks.papers import claim, make_due
from tests.api_world import ApiWorld, day_in
from tests.page_requests import browser, text_of

PAPERS = reverse("papers")


def asked(world: ApiWorld, **words: str) -> dict[str, str]:
    return {"kind": "ledger", "plan": str(world.plan.pk), "as_of": day_in(0).isoformat()} | words


def test_from_the_button_to_the_file(world: ApiWorld) -> None:
    page = browser(world.county.coordinator)
    completion = page.get(reverse("completion", args=[world.plan.pk])).content.decode()
    assert f'action="{PAPERS}"' in completion
    assert 'name="kind" value="ledger"' in completion
    assert f'href="{PAPERS}"' in page.get(reverse("my-work")).content.decode()
    assert "There are no papers." in text_of(page.get(PAPERS))
    section = world.plan.sections.get(title__startswith="二、")
    answer = page.post(PAPERS, asked(world, size="A4", section=str(section.pk), by="unit"))
    assert (answer.status_code, answer["Location"]) == (302, PAPERS)
    paper = Paper.objects.get()
    assert paper.asked == {"size": "A4", "filters": {"section": [str(section.pk)]}}
    waiting = page.get(PAPERS)
    assert "waiting" in text_of(waiting)
    assert b"<progress" in waiting.content

    assert make_due(MAKERS, clock=timezone.now) == 1
    made = page.get(PAPERS)
    assert b"<progress" not in made.content
    path = reverse("paper-file", args=[paper.pk])
    assert f'href="{path}"' in made.content.decode()
    file: Any = page.get(path)
    assert b"".join(file.streaming_content)[:2] == b"PK"
    assert page.post(reverse("take-paper-back", args=[paper.pk])).status_code == 302
    assert Paper.objects.count() == 0


def test_the_completion_report_goes_by_what_is_looked_at(world: ApiWorld) -> None:
    page = browser(world.county.coordinator)
    page.post(PAPERS, asked(world, kind="completion", by="light"))
    assert Paper.objects.get().asked == {"by": "light", "filters": {}}


def bulletin(world: ApiWorld, **words: str) -> dict[str, str]:
    imprint = {"kind": "bulletin", "number": "3", "unit": "依法治县办", "dated": "2026-10-21"}
    return asked(world, **imprint | {"document_number": "", "period": "", "red_head": ""} | words)


def test_a_bulletin_of_the_whole_plan(world: ApiWorld) -> None:
    page = browser(world.county.coordinator)
    completion = page.get(reverse("completion", args=[world.plan.pk])).content.decode()
    assert 'name="kind" value="bulletin"' in completion
    assert 'name="unit" maxlength="60" value="依法治县办"' in completion
    section = str(world.plan.sections.all()[0].pk)
    words = bulletin(world, document_number="办[2026]3号", period=" 前三季度 ", section=section)
    assert page.post(PAPERS, words).status_code == 302
    kept = {"number": 3, "unit": "依法治县办", "dated": "2026-10-21", "red_head": ""}
    kept |= {"document_number": "办〔2026〕3号", "period": "前三季度"}
    assert Paper.objects.get().asked == {"bulletin": kept, "filters": {}}
    make_due(MAKERS, clock=timezone.now)
    assert "bulletin" in text_of(page.get(PAPERS))
    assert Paper.objects.get().state == "made"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"number": ""}, "Number of the bulletin: This field is required."),
        ({"number": "0"}, "Number of the bulletin: "),
        ({"unit": "办\x0b公"}, "Signing unit: There are control characters in it"),
        ({"document_number": "3"}, "Document number: A document number looks like 办〔2026〕3号."),
        ({"dated": "x"}, "Date under it: "),
    ],
)
def test_a_bulletin_that_is_not_understood(
    world: ApiWorld, words: dict[str, str], sentence: str
) -> None:
    refused = browser(world.county.coordinator).post(PAPERS, bulletin(world, **words))
    assert (refused.status_code, Paper.objects.count()) == (400, 0)
    assert sentence in text_of(refused)


def test_how_far_it_is_stands_there_without_a_script(world: ApiWorld) -> None:
    page = browser(world.county.coordinator)
    page.post(PAPERS, asked(world))
    claim(timezone.now())
    Paper.objects.update(done=120, total=480)
    answer = page.get(PAPERS)
    assert "being made 120 of 480 rows" in text_of(answer)
    assert '<progress class="d-block" max="480" value="120"' in answer.content.decode()


def test_what_was_not_made_says_why(world: ApiWorld) -> None:
    page = browser(world.county.coordinator)
    page.post(PAPERS, asked(world))
    Paper.objects.update(state="failed", fault="broken", kept_until=timezone.now())
    assert "not made Something went wrong." in text_of(page.get(PAPERS))


def test_refusals_stand_on_the_page(world: ApiWorld) -> None:
    page = browser(world.county.coordinator)
    wrong = page.post(PAPERS, asked(world, as_of=day_in(1).isoformat()))
    assert (wrong.status_code, Paper.objects.count()) == (400, 0)
    assert "That day is not over yet" in text_of(wrong)
    page.post(PAPERS, asked(world))
    second = page.post(PAPERS, asked(world))
    assert second.status_code == 409
    assert "Another paper is being made for you" in text_of(second)
    early = page.get(reverse("paper-file", args=[Paper.objects.get().pk]))
    assert (early.status_code, "There is no file yet." in text_of(early)) == (409, True)
