import type { GeoMap } from '../geo/map.ts';
import { embeddedBits, embeddedBorder, embeddedIpv4 } from '../ip/embedded.ts';
import { limits } from '../runtime/limits.ts';
import { mix } from './mix.ts';

/** Bits of a client's address that make its prefix for hashing and shares. */
export const HASH_PREFIX_4 = 24;
export const HASH_PREFIX_6 = 48;

/**
 * Who a decision is for, and what it came to besides the candidates. One object per worker, filled for each steered
 * question by `query/client.ts`; allocates nothing.
 */
export class Asker {
  /** The address that is placed, as words like those of a query's source. */
  family: 4 | 6 = 4;
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  /**
   * −1: the scope of an answer is what the decision needed to know of the address. Else it is this, whatever was looked
   * up: 0 for the resolver's own address, the reserved block for a subnet out of one.
   */
  fixedScope = -1;
  /** The least scope of an address that is looked up: no reserved block inside of it. */
  border = 0;
  /** The label that stands for the steered wildcard, the name's first where there is none: `name[labelAt …]`. */
  name: Uint8Array = new Uint8Array(1);
  labelAt = 0;
  /** Draws: who asks, in steps of the TTL. */
  drawSeed = 0;

  /** A view was asked. */
  looked = false;
  /** Longest scope that a look-up needed. */
  scope = 0;
  /** Least TTL along the path, seconds. */
  ttlSeconds = 0;
  /** A `Serving`: that of the candidates, or why there are none. */
  serving = 0;
  /** The policy that the node with that serving was grown for. */
  servingPolicy = 0;
  /** The answer is empty, and nothing else may be tried. */
  stopped = false;
  /** Steps that the decision may still take. */
  stepsLeft = 0;

  begin(): void {
    this.looked = false;
    this.scope = 0;
    this.ttlSeconds = 0x7fffffff;
    this.serving = 0;
    this.servingPolicy = 0;
    this.stopped = false;
    this.stepsLeft = limits.decisionSteps;
  }

  /** The client's number in a view. */
  number(map: GeoMap): number {
    const found = this.family === 4 ? map.find4(this.w0) : map.find6(this.w0, this.w1, this.w2, this.w3);
    this.looked = true;
    this.needs(found & 0xff);
    return found >>> 8;
  }

  /** Hash of the client's prefix. An IPv6 address that carries an IPv4 one counts as that. */
  prefixHash(): number {
    if (this.family === 4) return this.prefixHash4(this.w0, 0);
    const carried = embeddedBits(this.w0, this.w1, this.w2);
    if (carried !== 0) return this.prefixHash4(embeddedIpv4(this.w0, this.w1, this.w3), carried);
    // Beside this prefix in the same /48 there may be addresses that are hashed as what they carry.
    this.needs(Math.max(HASH_PREFIX_6, embeddedBorder(this.w0, this.w1, this.w2)));
    return mix(mix(0x51ed270b ^ this.w0) ^ (this.w1 & 0xffff0000));
  }

  private prefixHash4(address: number, carried: number): number {
    this.needs(carried + HASH_PREFIX_4);
    return mix(address & 0xffffff00);
  }

  private needs(bits: number): void {
    const scope = this.fixedScope >= 0 ? this.fixedScope : Math.max(bits, this.border);
    if (scope > this.scope) this.scope = scope;
  }
}
