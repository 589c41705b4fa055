// Runs the second offline verifier beside the page, on the files the page was given.
"use strict";

onmessage = async ({ data }) => {
  await import("/static/node/buffer.js");
  const { files } = await import("/static/node/fs.js");
  const { judge } = await import("/verifier/jiedui_verify.mjs");
  for (const [name, file] of data.files) files.set(name, file);
  try {
    postMessage(await judge(data.words));
  } catch (problem) {
    postMessage({ verdict: "cannot-verify", faults: [], checked: {}, witnesses: { checked: [], not_checked: [] }, notes: [String(problem)] });
  }
};
