// Rows of a form nobody has filled in yet come one at a time. Without this file all are there.
"use strict";

for (const part of document.querySelectorAll("[data-more]")) {
  const rows = [...part.querySelectorAll("tbody tr")];
  const held = (row) => [...row.querySelectorAll("input, select")].some((one) => one.value !== "");
  const last = rows.findLastIndex(held);
  const later = rows.slice(Math.max(last + 1, 1));
  if (!later.length) continue;
  for (const row of later) row.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = part.dataset.more;
  button.addEventListener("click", () => {
    const row = later.shift();
    row.hidden = false;
    row.querySelector("input, select").focus();
    if (!later.length) button.remove();
  });
  part.append(button);
}
