// A file goes up in pieces and on from where it was cut off. Without this file the form sends it whole.
"use strict";

const PIECE = 128 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30];

for (const form of document.querySelectorAll("form[data-uploads]")) {
  const chosen = form.querySelector("input[type=file]");
  const shown = form.querySelector("[data-progress]");
  const bar = shown.querySelector("progress");
  const words = shown.querySelector("[role=status]");
  let busy = false;

  const say = (name, part) => {
    shown.hidden = false;
    bar.value = part;
    words.textContent = `${shown.dataset[name]} ${Math.round(part * 100)}%`;
  };

  const rest = (seconds) =>
    new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      addEventListener("online", () => (clearTimeout(timer), done()), { once: true });
    });

  const asked = async (address, about) => {
    const answer = await fetch(address, { redirect: "manual", cache: "no-store", ...about });
    if (answer.status >= 500) throw new Error("later");
    return answer;
  };

  const offsetOf = (answer) => Number(answer.headers.get("Upload-Offset"));

  async function begun(file) {
    const body = new URLSearchParams({
      form: form.elements.form.value,
      length: file.size,
      media_type: file.type,
    });
    const answer = await asked(form.dataset.uploads, { method: "POST", body });
    return answer.status === 201 ? answer.headers.get("Location") : null;
  }

  async function sent(file, address, at) {
    const headers = {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(at),
      "Form-Token": form.elements.form.value,
    };
    const body = file.slice(at, at + PIECE);
    return asked(address, { method: "PATCH", headers, body });
  }

  // Returns where the file is, or null where the plain form may say what is wrong.
  async function uploaded(file) {
    let address = null;
    let at = 0;
    let failed = 0;
    let sure = true;
    while (true) {
      try {
        if (address === null) {
          address = await begun(file);
          at = 0;
          if (address === null) return null;
        }
        const answer = sure ? await sent(file, address, at) : await asked(address, { method: "HEAD" });
        if (answer.status === 404) {
          address = null;
          if (++failed > WAITS.length) return null;
          continue;
        }
        if (![200, 204, 409].includes(answer.status)) return null;
        at = offsetOf(answer);
        sure = true;
        failed = 0;
        say("sending", at / file.size);
        if (at === file.size) return address;
      } catch {
        sure = false;
        say("waiting", at / file.size);
        await rest(WAITS[Math.min(failed++, WAITS.length - 1)]);
      }
    }
  }

  form.addEventListener("submit", async (event) => {
    const file = chosen.files[0];
    if (busy) return event.preventDefault();
    if (!file || file.size === 0 || file.size > Number(form.dataset.most)) return;
    event.preventDefault();
    busy = true;
    say("sending", 0);
    const address = await uploaded(file);
    if (address !== null) {
      form.elements.upload.value = address.slice(address.lastIndexOf("/") + 1);
      chosen.disabled = true;
    }
    form.submit();
  });
}
