// SHA-256, SHA-512, HMAC and Ed25519 (FIPS 180-4, FIPS 198-1, RFC 8032), as the offline verifier
// asks Node for them: at once, where the browser's own would answer later. Time stamps (RSA) are
// not checked here; without a certificate of their authority the verifier says so itself.
"use strict";

const PRIMES = [];
for (let number = 2; PRIMES.length < 80; number += 1) {
  if (PRIMES.every((prime) => number % prime)) PRIMES.push(number);
}

// The first bits of the fraction of a root of a prime, exactly: the root of prime × 2^(bits × power).
function fraction(prime, power, bits) {
  const wanted = BigInt(prime) << BigInt(bits * power);
  let [low, high] = [0n, 1n << BigInt(bits + 10)];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= wanted) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(bits, low);
}

const K256 = Uint32Array.from(PRIMES.slice(0, 64), (prime) => Number(fraction(prime, 3, 32)));
const H256 = Uint32Array.from(PRIMES.slice(0, 8), (prime) => Number(fraction(prime, 2, 32)));
const K512 = PRIMES.map((prime) => fraction(prime, 3, 64));
const H512 = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2, 64));

const turned = (word, by) => (word >>> by) | (word << (32 - by));

class Sha256 {
  #state = H256.slice();
  #words = new Uint32Array(64);
  #block = new Uint8Array(64);
  #filled = 0;
  #length = 0;

  update(value) {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    this.#length += bytes.length;
    for (let place = 0; place < bytes.length;) {
      const taken = Math.min(64 - this.#filled, bytes.length - place);
      this.#block.set(bytes.subarray(place, place + taken), this.#filled);
      this.#filled += taken;
      place += taken;
      if (this.#filled === 64) this.#mix();
    }
    return this;
  }

  #mix() {
    const words = this.#words;
    const view = new DataView(this.#block.buffer);
    for (let at = 0; at < 16; at += 1) words[at] = view.getUint32(at * 4);
    for (let at = 16; at < 64; at += 1) {
      const [far, near] = [words[at - 15], words[at - 2]];
      const low = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
      const high = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
      words[at] = words[at - 16] + low + words[at - 7] + high;
    }
    let [a, b, c, d, e, f, g, h] = this.#state;
    for (let at = 0; at < 64; at += 1) {
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + K256[at] + words[at]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => { this.#state[at] += word; });
    this.#filled = 0;
  }

  digest(encoding) {
    const bits = BigInt(this.#length) * 8n;
    this.update(Uint8Array.of(0x80));
    while (this.#filled !== 56) this.update(Uint8Array.of(0));
    const end = new DataView(new ArrayBuffer(8));
    end.setBigUint64(0, bits);
    this.update(new Uint8Array(end.buffer));
    const found = Buffer.alloc(32);
    const view = new DataView(found.buffer);
    this.#state.forEach((word, at) => view.setUint32(at * 4, word));
    return encoding ? found.toString(encoding) : found;
  }
}

function sha512(bytes) {
  const turn = (word, by) => BigInt.asUintN(64, (word >> by) | (word << (64n - by)));
  const whole = Buffer.alloc(Math.ceil((bytes.length + 17) / 128) * 128);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  whole.writeBigUInt64BE(BigInt(bytes.length) * 8n, whole.length - 8);
  const state = [...H512];
  for (let begin = 0; begin < whole.length; begin += 128) {
    const words = Array.from({ length: 16 }, (_, at) => whole.readBigUInt64BE(begin + at * 8));
    for (let at = 16; at < 80; at += 1) {
      const [far, near] = [words[at - 15], words[at - 2]];
      const low = turn(far, 1n) ^ turn(far, 8n) ^ (far >> 7n);
      const high = turn(near, 19n) ^ turn(near, 61n) ^ (near >> 6n);
      words.push(BigInt.asUintN(64, words[at - 16] + low + words[at - 7] + high));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 80; at += 1) {
      const choice = (e & f) ^ (BigInt.asUintN(64, ~e) & g);
      const one = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + choice + K512[at] + words[at];
      const two = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, BigInt.asUintN(64, d + one), c, b, a, BigInt.asUintN(64, one + two)];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] = BigInt.asUintN(64, state[at] + word); });
  }
  const found = Buffer.alloc(64);
  state.forEach((word, at) => found.writeBigUInt64BE(word, at * 8));
  return found;
}

class Hmac {
  #inner;
  #outer;

  constructor(key) {
    const block = Buffer.alloc(64);
    block.set(key.length > 64 ? new Sha256().update(key).digest() : key);
    this.#inner = new Sha256().update(block.map((byte) => byte ^ 0x36));
    this.#outer = new Sha256().update(block.map((byte) => byte ^ 0x5c));
  }

  update(bytes) {
    this.#inner.update(bytes);
    return this;
  }

  digest(encoding) {
    return this.#outer.update(this.#inner.digest()).digest(encoding);
  }
}

// The curve of Ed25519: points as (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (value) => ((value % P) + P) % P;

function power(base, exponent) {
  let [found, square] = [1n, mod(base)];
  for (let left = exponent; left; left >>= 1n) {
    if (left & 1n) found = (found * square) % P;
    square = (square * square) % P;
  }
  return found;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n);
const NEUTRAL = [0n, 1n, 1n, 0n];

function added([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

// The point that 32 bytes stand for; null where they stand for none.
function point(bytes) {
  const whole = little(bytes);
  const sign = whole >> 255n;
  const y = BigInt.asUintN(255, whole);
  if (y >= P) return null;
  const [above, below] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = mod(above * below ** 3n % P * power(above * below ** 7n, (P - 5n) / 8n));
  if (mod(below * x * x) === mod(-above)) x = mod(x * ROOT);
  if (mod(below * x * x) !== above || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function encoded([x, y, z]) {
  const inverse = power(z, P - 2n);
  const whole = mod(y * inverse) | ((mod(x * inverse) & 1n) << 255n);
  return Buffer.from(Array.from({ length: 32 }, (_, at) => Number((whole >> BigInt(8 * at)) & 255n)));
}

const BASE = point(Buffer.from([0x58, ...Array(31).fill(0x66)]));

// [first] BASE + [second] other, both read from their highest bit on.
function sum(first, second, other) {
  const both = added(BASE, other);
  let found = NEUTRAL;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    found = added(found, found);
    const [one, two] = [(first >> bit) & 1n, (second >> bit) & 1n];
    if (one && two) found = added(found, both);
    else if (one) found = added(found, BASE);
    else if (two) found = added(found, other);
  }
  return found;
}

export function createHash(name) {
  if (name === "sha256") return new Sha256();
  throw new Error(`no hash ${name} here`);
}

export function createHmac(_name, key) {
  return new Hmac(key);
}

export function createPublicKey({ key }) {
  const bytes = Buffer.from(key.x.replaceAll("-", "+").replaceAll("_", "/"), "base64");
  const place = point(bytes);
  if (!place) throw new Error("no point of the curve");
  const [x, y, z, t] = place;
  return { bytes, minus: [mod(-x), y, z, mod(-t)] };
}

export function verify(_digest, message, key, signature) {
  const scalar = little(signature.subarray(32));
  if (scalar >= L) return false;
  const first = signature.subarray(0, 32);
  const hash = little(sha512(Buffer.concat([first, key.bytes, message]))) % L;
  return encoded(sum(scalar, hash, key.minus)).equals(first);
}

export const constants = {};

export class X509Certificate {
  constructor() {
    throw new Error("no certificates here");
  }
}
