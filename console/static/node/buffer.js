// What the offline verifier uses of Node's Buffer, on the browser's own typed arrays.
"use strict";

const utf8 = new TextEncoder();

class Buffer extends Uint8Array {
  static from(value, encoding = "utf8") {
    if (typeof value !== "string") return new Buffer(value);
    if (encoding === "utf8") return new Buffer(utf8.encode(value));
    try {
      return new Buffer(Array.from(atob(value), (sign) => sign.charCodeAt(0)));
    } catch {
      return new Buffer(0); // whoever asked compares with what it reads back as
    }
  }

  static alloc(length) {
    return new Buffer(length);
  }

  static concat(parts) {
    const whole = new Buffer(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) {
      whole.set(part, place);
      place += part.length;
    }
    return whole;
  }

  static compare(one, other) {
    const length = Math.min(one.length, other.length);
    for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return one[at] - other[at];
    return one.length - other.length;
  }

  equals(other) {
    return Buffer.compare(this, other) === 0;
  }

  indexOf(wanted, from = 0) {
    if (typeof wanted === "number") return super.indexOf(wanted, from);
    const sought = Buffer.from(wanted);
    for (let at = from; at + sought.length <= this.length; at += 1) {
      if (sought.every((byte, place) => byte === this[at + place])) return at;
    }
    return -1;
  }

  get #view() {
    return new DataView(this.buffer, this.byteOffset, this.byteLength);
  }

  readUInt16LE(at = 0) { return this.#view.getUint16(at, true); }
  readUInt32LE(at = 0) { return this.#view.getUint32(at, true); }
  readUInt32BE(at = 0) { return this.#view.getUint32(at); }
  readBigUInt64LE(at = 0) { return this.#view.getBigUint64(at, true); }
  readBigUInt64BE(at = 0) { return this.#view.getBigUint64(at); }
  writeBigUInt64BE(value, at = 0) { this.#view.setBigUint64(at, value); }

  toString(encoding = "utf8", start = 0, end = this.length) {
    const bytes = this.subarray(start, end);
    if (encoding === "utf8") return new TextDecoder().decode(bytes);
    if (encoding === "hex") return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const signs = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    if (encoding === "latin1") return signs;
    const base64 = btoa(signs);
    return encoding === "base64" ? base64 : base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }
}

globalThis.Buffer = Buffer;
