"""One person at one browser window, and everything about it that ought not to have happened."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Request, ViewportSize

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Of all that axe-core tells about a page, the faults alone; the rest is many times as long.
LOOK = """async standard => {
    const options = {runOnly: {type: "tag", values: standard}, resultTypes: ["violations"]};
    const {violations} = await axe.run(options);
    return violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) =>
        `${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`));
}"""
#: What Chromium writes to the console about a page that is refused; the page itself is asked for.
REFUSED_PAGE = "Failed to load resource: the server responded with a status of"
TELEPHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN: ViewportSize = {"width": 1280, "height": 720}
#: Milliseconds after which a person gives up.
PATIENCE = 20_000


class Desk:
    """``wrong`` collects requests to other hosts, dialogs, console errors and violations of the
    policy.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        language: str,
        session: str | None = None,
        lenient: bool = False,
    ) -> None:
        """``lenient``: the browser does not keep to our policy, so that a script would run."""
        self.address = address
        self.wrong: list[str] = []
        self.clicks = 0
        self._context = browser.new_context(locale=language, base_url=address, bypass_csp=lenient)
        self._context.set_default_timeout(PATIENCE)
        if session:
            self._context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}]
            )
        self.page = self._context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("dialog", self._note_dialog)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))

    def _note_request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme != "data" and asked.netloc != urlsplit(self.address).netloc:
            self.wrong.append(f"another host: {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith(REFUSED_PAGE)
        if message.type == "error" and not (refused and message.location["url"] == self.page.url):
            self.wrong.append(f"console: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"ran: {dialog.message}")
        dialog.dismiss()

    def go(self, path: str) -> int:
        """Opens the page and answers its status."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def log_in(self, name: str, password: str) -> None:
        self.go("/login/")
        self.fill("用户名", name)
        self.fill("密码", password)
        self.press("登录")

    def fill(self, label: str, text: str, *, within: Locator | None = None) -> None:
        (within or self.page).get_by_label(label).first.fill(text)

    def press(self, button: str, *, within: Locator | None = None) -> None:
        self.click((within or self.page).get_by_role("button", name=button, exact=True).first)

    def follow(self, link: str, *, within: Locator | None = None) -> None:
        self.click((within or self.page).get_by_role("link", name=link).first)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()
        self.page.wait_for_load_state()

    def says(self) -> str:
        return self.page.locator("main").inner_text()

    def accessibility_faults(self) -> list[str]:
        """What axe-core finds against WCAG A and AA, with every detail of the page opened."""
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        faults: list[str] = self.page.evaluate(LOOK, STANDARD)
        return faults

    def faults_on_a_telephone(self) -> list[str]:
        """The same where tables are cut off and scroll, and whether the page itself stays whole."""
        self.page.set_viewport_size(TELEPHONE)
        faults = [f"telephone: {fault}" for fault in self.accessibility_faults()]
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(SCREEN)
        too_wide = width > TELEPHONE["width"]
        return [*faults, f"telephone: {width} pixels wide"] if too_wide else faults
