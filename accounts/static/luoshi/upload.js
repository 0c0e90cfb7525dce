// A file on its way shows how far it is. Without this the form is sent as any other.
(function () {
  "use strict";

  // What the server answers becomes the page, as it would without this.
  function show(answer) {
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    const main = page.querySelector("main");
    if (!main) {
      window.location.assign(answer.responseURL);
      return;
    }
    document.querySelector("main").replaceWith(document.adoptNode(main));
    document.title = page.title;
    window.history.replaceState(null, "", answer.responseURL);
    main.tabIndex = -1;
    main.focus();
    document.dispatchEvent(new Event("fresh-page"));
  }

  function placeFor(form) {
    const bar = document.createElement("progress");
    const told = document.createElement("span");
    const place = document.createElement("p");
    bar.max = 100;
    bar.setAttribute("aria-label", form.dataset.upload);
    told.setAttribute("role", "status");
    place.className = "uploading";
    place.append(bar, told);
    form.append(place);
    return { bar, told };
  }

  function send(form, buttons) {
    const { bar, told } = placeFor(form);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      bar.value = Math.floor((100 * event.loaded) / event.total);
      told.textContent = bar.value + "%";
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      told.textContent = form.dataset.read;
    });
    request.addEventListener("load", () => show(request));
    request.addEventListener("error", () => {
      bar.remove();
      told.textContent = form.dataset.failed;
      buttons.forEach((button) => {
        button.disabled = false;
      });
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
    buttons.forEach((button) => {
      button.disabled = true;
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const file = form.matches("form[data-upload]") && form.querySelector("input[type=file]");
    if (file && file.files.length) {
      event.preventDefault();
      form.querySelectorAll(".uploading").forEach((old) => old.remove());
      send(form, Array.from(form.querySelectorAll("button")));
    }
  });
})();
