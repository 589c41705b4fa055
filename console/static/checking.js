// Checks a bundle, a case file or a proof in this browser. Nothing that is dropped here is sent.
"use strict";

const form = document.querySelector("[data-checking]");
const said = document.getElementById("verdict");

function line(text, kind = "p") {
  const made = document.createElement(kind);
  // What is shown may come from a forger: no control or invisible characters.
  made.textContent = String(text).slice(0, 400).replace(/[\p{C}\u2028\u2029]/gu, "?");
  return made;
}

function told(found) {
  const counts = JSON.parse(said.dataset.counts);
  said.dataset.found = JSON.stringify([found.checked, found.faults.map((fault) => fault.rule)]);
  const list = document.createElement("ul");
  const rows = [
    ...found.faults.slice(0, 200).map((fault) => `${fault.position ?? "—"}: ${fault.rule}: ${fault.found}`),
    ...Object.entries(found.checked).map(([name, number]) => `${counts[name] ?? name} ${number.toLocaleString()}`),
    `${said.dataset.witnesses} ${found.witnesses.checked.join(", ") || "—"}`,
    ...(found.witnesses.not_checked.length ? [`${said.dataset.others} ${found.witnesses.not_checked.join(", ")}`] : []),
    ...found.notes,
  ];
  rows.forEach((row) => list.append(line(row, "li")));
  const head = line(said.dataset[found.verdict.replace("-", "")], "p");
  head.className = `notice ${{ intact: "green", "not-intact": "red" }[found.verdict] ?? ""}`;
  list.className = "sentences";
  said.replaceChildren(head, list);
  said.dataset.done = found.verdict;
}

function begin(event) {
  event.preventDefault();
  const [file] = form.elements.bundle.files;
  if (!file) return;
  delete said.dataset.done;
  said.replaceChildren(line(said.dataset.busy));
  const trust = form.elements.trust.value.trim();
  const given = [["export", file]];
  const words = ["export"];
  if (/^\s*(quorum|log|witness)\s/m.test(trust)) {
    given.push(["policy", new Blob([`${trust}\n`])]);
    words.push("--policy", "policy");
  } else if (trust) {
    trust.split(/\s+/).forEach((key) => words.push("--log-key", key));
  }
  const worker = new Worker("/static/checking_worker.js", { type: "module" });
  worker.onmessage = ({ data }) => {
    told(data);
    worker.terminate();
  };
  worker.onerror = () => told({ verdict: "cannot-verify", faults: [], checked: {}, witnesses: { checked: [], not_checked: [] }, notes: [] });
  worker.postMessage({ words, files: given });
}

if (form) {
  form.addEventListener("submit", begin);
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.elements.bundle.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
