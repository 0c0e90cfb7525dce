// The plan's tree: a branch comes when it is opened, and the arrow keys walk through the rows.
(function () {
  "use strict";

  async function load(link) {
    const place = link.parentElement;
    const answer = await fetch(link.href, { credentials: "same-origin" });
    if (!answer.ok) {
      return; // The link stays: it leads to a page that says what is wrong.
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const table = page.querySelector("#branches table");
    const before = place.parentElement.querySelector("table");
    if (table) {
      if (before) {
        before.remove();
      }
      place.replaceWith(document.adoptNode(table));
    }
  }

  document.querySelectorAll(".branch details").forEach((details) => {
    details.addEventListener("toggle", () => {
      const link = details.querySelector(".branch-to-load");
      if (details.open && link) {
        load(link);
      }
    });
  });

  const stops = ".tree a, .tree summary";
  const seen = (stop) => stop.getClientRects().length > 0;

  function step(from, by) {
    const all = Array.from(document.querySelectorAll(stops)).filter(seen);
    const next = all[all.indexOf(from) + by];
    if (next) {
      next.focus();
    }
  }

  document.addEventListener("keydown", (event) => {
    const from = event.target;
    if (!from.matches || !from.matches(stops) || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const details = from.closest("details");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(from, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "ArrowRight" && from.matches("summary")) {
      details.open = true;
    } else if (event.key === "ArrowLeft" && details) {
      details.open = false;
      details.querySelector("summary").focus();
    }
  });
})();
