// The unit that is looked at is seen in its tree, too, however long that is.
(() => {
  const tree = document.querySelector(".units");
  const chosen = tree && tree.querySelector("[aria-current]");
  if (chosen) {
    const down = chosen.getBoundingClientRect().top - tree.getBoundingClientRect().top;
    tree.scrollTop += down - tree.clientHeight / 3;
  }
})();
