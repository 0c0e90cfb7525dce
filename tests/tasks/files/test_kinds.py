"""What a file is, by its content: a corpus of honest and of hostile files."""

import io
import zipfile

import pytest

from accounts.errors import Invalid
from tasks.files import archives
from tasks.files.kinds import kind_claimed, require_content
from tests.evidence_files import NOT_TAKEN, archive, changed, honest, hostile, ofd, png, word

HOSTILE = hostile()


@pytest.mark.parametrize(("name", "content"), honest().items(), ids=lambda x: str(x)[:20])
def test_what_offices_hand_in_is_taken(name: str, content: bytes) -> None:
    require_content(kind_claimed(name), io.BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "content", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
def test_what_claims_to_be_something_else_is_refused(kind: str, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_content(kind_claimed(f"x.{kind}"), io.BytesIO(content))
    assert refused.value.code == code


def test_the_corpus_is_not_small() -> None:
    assert len(HOSTILE) + len(NOT_TAKEN) >= 60


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_other_endings_are_not_taken(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        kind_claimed(name)
    assert refused.value.code == "file_kind_not_taken"


class TestWeight:
    """Limits of archives, made small enough for a test to reach."""

    def test_bytes_are_counted_as_they_unpack(self, monkeypatch: pytest.MonkeyPatch) -> None:
        heavy = changed(ofd(), {"a.xml": bytes(300_000)})
        monkeypatch.setattr(archives, "MOST_UNPACKED", 300_000)
        assert len(heavy) < 2_000
        assert refusal_of(heavy) == "file_too_heavy"
        monkeypatch.setattr(archives, "MOST_UNPACKED", 301_000)
        require_content("ofd", io.BytesIO(heavy))

    def test_a_forged_size_does_not_help(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "MOST_UNPACKED", 300_000)
        heavy = changed(ofd(), {"a.xml": bytes(300_000)})
        forged = heavy.replace((300_000).to_bytes(4, "little"), (3).to_bytes(4, "little"))
        assert forged != heavy
        # The archive is cut where it said that it would end, and no longer fits its check sum.
        assert refusal_of(forged) == "file_broken"

    def test_entries_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
        require_content("ofd", io.BytesIO(ofd()))
        assert refusal_of(changed(ofd(), {"a.xml": b""})) == "file_too_heavy"


def refusal_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        require_content("ofd", io.BytesIO(content))
    return refused.value.code


def test_a_picture_of_too_many_parts_is_given_up() -> None:
    endless = png()[:33] + (bytes(4) + b"tEXt" + bytes(4)) * 100_001 + png()[-12:]
    with pytest.raises(Invalid):
        require_content("png", io.BytesIO(endless))


def test_the_archives_built_here_are_sound() -> None:
    """The control: what is refused above is not refused for being badly built."""
    for content in (word(), ofd(), archive({"a": b"a"})):
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            assert opened.testzip() is None
