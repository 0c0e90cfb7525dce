// Tables that sort by a press on a column's name. In the printed order until then.
(function () {
  "use strict";

  const figure = (text) => parseFloat(text.replace(/[%,\s]/g, ""));

  function compare(one, other) {
    const a = figure(one);
    const b = figure(other);
    if (isNaN(a) || isNaN(b)) {
      return isNaN(a) && isNaN(b) ? one.localeCompare(other) : isNaN(a) - isNaN(b);
    }
    return a - b;
  }

  function sort(table, place, head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    const rows = Array.from(table.tBodies[0].rows);
    const text = (row) => row.cells[place].textContent.trim();
    rows.sort((one, other) => (down ? -1 : 1) * compare(text(one), text(other)));
    table.tBodies[0].append(...rows);
    table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  document.querySelectorAll("table.sortable").forEach((table) => {
    Array.from(table.tHead.rows[0].cells).forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(table, place, head));
      head.replaceChildren(button);
    });
  });
})();
