// Keys for those who work fast. Every page does the same without this file.
"use strict";

const typing = (element) => element.matches("input:not([type=radio]), textarea, select");

function move(step) {
  const links = [...document.querySelectorAll(".queue .t")];
  const present = links.findIndex((link) => link.closest("[aria-current]"));
  links[present + step]?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("q")?.focus();
  } else if (event.key === "j" || event.key === "k") {
    move(event.key === "j" ? 1 : -1);
  } else if (event.key === "n") {
    document.querySelector("[data-next]")?.click();
  } else if (/^[1-5]$/.test(event.key)) {
    const chosen = document.querySelector(`[data-key="${event.key}"]:enabled`);
    if (chosen) {
      chosen.checked = true;
      chosen.focus();
    }
  }
});

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-print]")) {
    event.preventDefault();
    window.print();
  }
});

// A slider shows what it is moved to at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
