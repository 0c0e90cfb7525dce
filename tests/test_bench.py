"""What the bench holds our requests against answers the same, and the bench comes to its end."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

#: Two of each request in the smallest county; it ends with an error where the two answers differ.
ONCE = """
import sys
from pathlib import Path
from bench import recording, requests
recording.RESULTS = Path(sys.argv[1])
requests.main([1_000], 2)
"""


def test_the_limits_answer_what_the_api_answers(tmp_path: Path) -> None:
    """In a database of its own: the bench makes one, and removes it."""
    results = tmp_path / "results.json"
    address = urlsplit(os.environ["DATABASE_URL"])
    own = address._replace(path=f"{address.path}_bench_{os.getpid()}").geturl()
    child = subprocess.run(
        [sys.executable, "-c", ONCE, str(results)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    found = json.loads(results.read_text(encoding="utf-8"))["requests"]["1000"]
    assert len(found) == 5
    assert all(row["psycopg"] < row["limit"] for row in found.values())
