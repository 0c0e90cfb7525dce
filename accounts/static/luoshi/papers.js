// Shows how far the papers are while one is under way. Without it the page says so when reloaded.
(function () {
  "use strict";

  const PAUSE = 2000;
  const place = document.getElementById("papers");

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("papers");
    // Whoever is at a button there keeps it.
    if (fresh && !place.contains(document.activeElement)) {
      place.replaceChildren(...fresh.childNodes);
    }
  }

  function lookAgain() {
    if (place.querySelector("progress")) {
      setTimeout(look, PAUSE);
    }
  }

  function look() {
    fetch(place.dataset.address)
      .then((answer) => (answer.ok ? answer.text().then(show) : undefined))
      .catch(() => undefined)
      .then(lookAgain);
  }

  if (place) {
    lookAgain();
  }
})();
