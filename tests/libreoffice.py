"""LibreOffice, as a person at a desk without Word opens what we make."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

MISSING = (
    "THE DOCUMENTS WERE NOT OPENED IN LIBREOFFICE: "
    "apt-get install libreoffice-writer-nogui libreoffice-calc-nogui"
)
#: Said of every document on a machine without Java, of which it needs none to open one.
WITHOUT_JAVA = "javaldx"

#: Converts a file to a kind (``pdf``, ``fods``) and answers where it lies.
Converts = Callable[[Path, str], Path]


def converter(profile: Path) -> Converts:
    """A warning is an error; skips where there is no LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip(MISSING)

    def convert(file: Path, kind: str) -> Path:
        words = [f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
        done = subprocess.run(
            [program, *words, "--outdir", str(file.parent), str(file)],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        said = [line for line in done.stderr.splitlines() if WITHOUT_JAVA not in line]
        assert said == []
        return file.with_suffix(f".{kind}")

    return convert
