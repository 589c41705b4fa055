// The files somebody gave to this page, as the offline verifier reads files; nothing is on a disk.
"use strict";

export const files = new Map();

const reader = new FileReaderSync();
const opened = (name) => {
  const file = files.get(name);
  if (!file) throw new Error(`no file ${name}`);
  return file;
};

export default {
  statSync: (name) => ({ size: opened(name).size, isDirectory: () => false }),
  fstatSync: (file) => ({ size: file.size }),
  openSync: (name) => opened(name),
  closeSync: () => undefined,

  readFileSync: (name) => Buffer.from(reader.readAsArrayBuffer(opened(name))),

  readSync(file, into, offset, length, place) {
    const bytes = new Uint8Array(reader.readAsArrayBuffer(file.slice(place, place + length)));
    into.set(bytes, offset);
    return bytes.length;
  },

  createReadStream: (name, { start, end }) => {
    const part = opened(name).slice(start, end + 1);
    return { on() {}, destroy() {}, pipe: (inflate) => inflate.of(part) };
  },
};
