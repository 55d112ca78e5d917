import type { Query } from '../dns/query.ts';
import { sipHash24 } from '../dns/siphash.ts';
import type { QuerySource } from './source.ts';

const CLIENT_BYTES = 8;
const SERVER_BYTES = 16;
export const COOKIE_BYTES = CLIENT_BYTES + SERVER_BYTES;

const VERSION = 1;
/** RFC 9018 §4.3: accepted so long after it was made, so far ahead of our clock, and made anew from this age on. */
const OLDEST_SECONDS = 3_600;
const AHEAD_SECONDS = 300;
const RENEW_SECONDS = 1_800;

/** What is hashed: client cookie, version, reserved, time, address. */
const ADDRESS_AT = CLIENT_BYTES + 8;

/**
 * Server cookies that every server with the same secret makes alike (RFC 7873, RFC 9018 §4). One per worker; works on
 * its scratch and allocates nothing.
 */
export class Cookies {
  private readonly keys: readonly Int32Array[];
  private readonly input = new Uint8Array(ADDRESS_AT + 16);
  private readonly hash = new Int32Array(2);

  /** `secrets`: 16 bytes each; the first makes cookies, all verify. */
  constructor(secrets: readonly Uint8Array[]) {
    this.keys = secrets.map((secret) => {
      const view = new DataView(secret.buffer, secret.byteOffset, secret.length);
      return Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(at, true));
    });
  }

  get enabled(): boolean {
    return this.keys.length > 0;
  }

  /**
   * Writes the data of the answer's option, `COOKIE_BYTES`, to `out[to …)`: the query's own cookie when it is good and
   * far from its end, else a new one. True when the query's was made for this source, by a secret of ours, and not too
   * long ago. `nowSeconds`: wall clock.
   */
  answer(
    packet: Uint8Array,
    query: Query,
    source: QuerySource,
    nowSeconds: number,
    out: Uint8Array,
    to: number,
  ): boolean {
    const at = query.cookieAt;
    const age = (nowSeconds - madeSeconds(packet, at)) | 0;
    const key = this.madeWith(packet, at, query.cookieLength, source, age);
    if (key === 0 && age <= RENEW_SECONDS)
      for (let i = 0; i < COOKIE_BYTES; i++) out[to + i] = packet[at + i]!;
    else this.make(packet, at, source, nowSeconds, out, to);
    return key >= 0;
  }

  /** Which of the secrets made the cookie; −1 when none did, or when its time is over. */
  private madeWith(packet: Uint8Array, at: number, length: number, source: QuerySource, age: number): number {
    if (length !== COOKIE_BYTES || packet[at + CLIENT_BYTES] !== VERSION) return -1;
    if (age > OLDEST_SECONDS || age < -AHEAD_SECONDS) return -1;
    const { input, hash, keys } = this;
    for (let i = 0; i < ADDRESS_AT; i++) input[i] = packet[at + i]!;
    const hashed = this.putAddress(source);
    for (let key = 0; key < keys.length; key++) {
      sipHash24(keys[key]!, input, hashed, hash);
      // Both halves are compared in any case: the time taken says nothing about where they differ.
      const low = hash[0]! ^ wordAt(packet, at + ADDRESS_AT);
      const high = hash[1]! ^ wordAt(packet, at + ADDRESS_AT + 4);
      if ((low | high) === 0) return key;
    }
    return -1;
  }

  private make(
    packet: Uint8Array,
    at: number,
    source: QuerySource,
    nowSeconds: number,
    out: Uint8Array,
    to: number,
  ): void {
    const { input, hash } = this;
    for (let i = 0; i < CLIENT_BYTES; i++) input[i] = packet[at + i]!;
    input[CLIENT_BYTES] = VERSION;
    input[CLIENT_BYTES + 1] = input[CLIENT_BYTES + 2] = input[CLIENT_BYTES + 3] = 0;
    this.putWord(CLIENT_BYTES + 4, nowSeconds);
    sipHash24(this.keys[0]!, input, this.putAddress(source), hash);
    for (let i = 0; i < ADDRESS_AT; i++) out[to + i] = input[i]!;
    for (let i = 0; i < 4; i++) {
      out[to + ADDRESS_AT + i] = hash[0]! >>> (8 * i);
      out[to + ADDRESS_AT + 4 + i] = hash[1]! >>> (8 * i);
    }
  }

  /** Puts the source's address where it is hashed; returns the length of the whole. */
  private putAddress({ family, w0, w1, w2, w3 }: QuerySource): number {
    this.putWord(ADDRESS_AT, w0);
    if (family === 4) return ADDRESS_AT + 4;
    this.putWord(ADDRESS_AT + 4, w1);
    this.putWord(ADDRESS_AT + 8, w2);
    this.putWord(ADDRESS_AT + 12, w3);
    return ADDRESS_AT + 16;
  }

  private putWord(at: number, word: number): void {
    for (let i = 0; i < 4; i++) this.input[at + i] = word >>> (24 - 8 * i);
  }
}

/** When a cookie was made, in 32 bits that run over in 2106: differences are taken by RFC 1982. */
function madeSeconds(packet: Uint8Array, cookieAt: number): number {
  const at = cookieAt + CLIENT_BYTES + 4;
  return (packet[at]! << 24) | (packet[at + 1]! << 16) | (packet[at + 2]! << 8) | packet[at + 3]!;
}

/** Four bytes, the lowest first. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
