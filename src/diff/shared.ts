import { GeoMap } from '../geo/map.ts';
import { OwnerView } from '../steering/owners.ts';

/** Regions, views and tables of owners of both configs under one numbering, so that equal things have equal numbers. */
export class Shared {
  /** By name. */
  readonly regions: string[] = [];
  readonly spots: Spot[] = [];
  readonly views: View[] = [];
  readonly owners: Owners[] = [];
  private readonly spotKeys = new Map<string, number>();

  region(name: string): number {
    const known = this.regions.indexOf(name);
    return known < 0 ? this.regions.push(name) - 1 : known;
  }

  /** Spots of one region that give the same records by the same weights are one. */
  spot(spot: Spot): number {
    const shares = [...spot.endpoints].map(([record, { share }]) => [record, share]).sort();
    const key = JSON.stringify([spot.region, shares]);
    const known = this.spotKeys.get(key);
    if (known !== undefined) return known;
    this.spotKeys.set(key, this.spots.length);
    return this.spots.push(spot) - 1;
  }

  view(buffer: SharedArrayBuffer): number {
    const known = this.views.findIndex((view) => sameBytes(view.buffer, buffer));
    if (known >= 0) return known;
    return this.views.push({ buffer, map: new GeoMap(buffer), fixed: new FixedView(buffer) }) - 1;
  }

  /** `labels` are those of the table: lower case, one character a byte. */
  owner(buffer: SharedArrayBuffer, labels: readonly string[]): number {
    const known = this.owners.findIndex((table) => sameBytes(table.buffer, buffer));
    return known < 0 ? this.owners.push({ buffer, table: new OwnerView(buffer), labels }) - 1 : known;
  }
}

/** What a client may be given in one region: drawn among these endpoints. */
export interface Spot {
  /** Number in `Shared.regions`. */
  readonly region: number;
  /** What is answered → who it stands for, and how often it is drawn (0 … 1). */
  readonly endpoints: ReadonlyMap<string, SpotEndpoint>;
}

export interface SpotEndpoint {
  /** Names. */
  readonly pool: string;
  readonly endpoint: string;
  readonly share: number;
}

interface View {
  readonly buffer: SharedArrayBuffer;
  readonly map: GeoMap;
  readonly fixed: FixedView;
}

interface Owners {
  readonly buffer: SharedArrayBuffer;
  readonly table: OwnerView;
  readonly labels: readonly string[];
}

/** A view with the same number for everybody: a decision is asked for all clients of that number at once. */
class FixedView extends GeoMap {
  number = 0;

  override find4(): number {
    return this.number * 256;
  }

  override find6(): number {
    return this.number * 256;
  }
}

function sameBytes(a: SharedArrayBuffer, b: SharedArrayBuffer): boolean {
  return a === b || (a.byteLength === b.byteLength && Buffer.from(a).equals(Buffer.from(b)));
}
