"""Takes the pictures of README.md from the running demo, with a headless Chromium.

Chromium's command line cannot log in, so it looks through a door of our own on loopback, which
adds the session of one of the demo's log-ins to every request.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

DOCS = Path(__file__).resolve().parent
DEMO = DOCS.parent / "var" / "demo.json"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WINDOW = (1280, 1240)
#: Milliseconds of the page's own clock until the picture: scripts and charts are done by then.
PATIENCE = 5000

#: The pictures by the file's name, and the page on each; ``{plan_id}`` is the demo's plan.
PICTURES = {"plan-page.png": "/plans/{plan_id}/"}


def session_of(host: str, user: dict[str, str]) -> str:
    """Logs in as a person would; the Cookie header of the session."""
    connection = HTTPConnection(host)
    connection.request("GET", "/login/")
    page = connection.getresponse()
    page.read()
    token = SimpleCookie(page.headers["Set-Cookie"])["csrftoken"].value
    form = {
        "csrfmiddlewaretoken": token,
        "username": user["username"],
        "password": user["password"],
    }
    headers = {
        "Cookie": f"csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/login/", urlencode(form), headers)
    answer = connection.getresponse()
    cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
    if "sessionid" not in cookies:
        raise SystemExit(f"{user['username']} could not log in to {host}.")
    return f"sessionid={cookies['sessionid'].value}"


@contextmanager
def door_to(host: str, cookie: str) -> Iterator[str]:
    """An address on loopback that shows the demo to whoever asks, logged in."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            behind = HTTPConnection(host)
            behind.request("GET", self.path, headers={"Cookie": cookie})
            answer = behind.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Security-Policy"):
                if value := answer.headers[name]:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def take(browser: str, address: str, place: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",  # Chromium refuses root without it; it shows our own pages only
                "--hide-scrollbars",
                "--lang=zh-CN",
                f"--user-data-dir={profile}",
                f"--window-size={WINDOW[0]},{WINDOW[1]}",
                f"--virtual-time-budget={PATIENCE}",
                f"--screenshot={place}",
                address,
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def main() -> int:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write("A browser is missing: apt-get install chromium fonts-noto-cjk\n")
        return 1
    if not DEMO.exists():
        sys.stderr.write("The demo does not run; start it in another window: make demo\n")
        return 1
    demo = json.loads(DEMO.read_text(encoding="utf-8"))
    host = urlsplit(demo["base_url"]).netloc
    with door_to(host, session_of(host, demo["users"][0])) as address:
        for name, page in PICTURES.items():
            take(browser, address + page.format(**demo), DOCS / name)
            sys.stdout.write(f"docs/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
