// The page of a share: a slider beside the percent, and what is being written is kept as a draft.
(function () {
  "use strict";

  const PAUSE = 2000;

  function addSlider(number) {
    const slider = document.createElement("input");
    slider.type = "range";
    slider.className = "form-range";
    slider.min = number.min;
    slider.max = number.max;
    slider.setAttribute("aria-label", number.dataset.slider);
    // Until something is written it stands where the share does.
    const follow = () => {
      slider.value = number.value || number.dataset.from;
    };
    const row = document.createElement("div");
    row.className = "with-slider";
    number.replaceWith(row);
    row.append(number, slider);
    follow();
    number.addEventListener("input", follow);
    slider.addEventListener("input", () => {
      number.value = slider.value;
    });
  }

  function keepDrafts(form) {
    const told = form.querySelector("[data-kept]");
    let written = false;
    let timer;

    function keep() {
      clearTimeout(timer);
      if (!written) {
        return;
      }
      written = false;
      const said = new FormData(form);
      said.set("draft", "1");
      // It outlives the page, should the person be leaving.
      fetch(form.action, {
        method: "POST",
        body: said,
        keepalive: true,
        headers: { Accept: "application/json" },
      })
        .then((answer) => answer.ok)
        .catch(() => false)
        .then((kept) => {
          told.textContent = kept ? told.dataset.kept : told.dataset.notKept;
        });
    }

    form.addEventListener("input", () => {
      written = true;
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE);
    });
    document.addEventListener("submit", (event) => {
      if (event.target === form) {
        written = false; // It is sent, as a report or as a draft.
      }
      keep();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        keep();
      }
    });
    window.addEventListener("pagehide", keep);
  }

  function start() {
    document.querySelectorAll("input[data-slider]").forEach(addSlider);
    document.querySelectorAll("form[data-draft]").forEach(keepDrafts);
  }

  start();
  document.addEventListener("fresh-page", start);
})();
