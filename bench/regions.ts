/** The seven regions that every server of the benchmark steers between, and which of them is nearest. */
export interface BenchRegion {
  readonly name: string;
  readonly title: string;
  /** Degrees: north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  /** What a steered name answers there (TEST-NET-1, RFC 5737). */
  readonly address: string;
}

export const regions: readonly BenchRegion[] = [
  region('us-east', 'Virginia', 39.04, -77.49, 1),
  region('us-west', 'Oregon', 45.84, -119.7, 2),
  region('eu-west', 'Ireland', 53.35, -6.26, 3),
  region('eu-central', 'Frankfurt', 50.11, 8.68, 4),
  region('sa-east', 'Sao Paulo', -23.55, -46.63, 5),
  region('ap-southeast', 'Singapore', 1.35, 103.82, 6),
  region('ap-sydney', 'Sydney', -33.87, 151.21, 7),
];

export type UnitVector = readonly [number, number, number];

/** A point of the globe as a vector of length 1; the largest dot product is the smallest great-circle distance. */
export function unitVector(latitude: number, longitude: number): UnitVector {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** The index of the region nearest to a vector of any length. */
export function nearestRegion(to: UnitVector): number {
  let best = 0;
  let bestDot = Number.NEGATIVE_INFINITY;
  for (const [index, at] of vectors.entries()) {
    const dot = at[0] * to[0] + at[1] * to[1] + at[2] * to[2];
    if (dot > bestDot) {
      best = index;
      bestDot = dot;
    }
  }
  return best;
}

const vectors = regions.map(({ latitude, longitude }) => unitVector(latitude, longitude));

function region(name: string, title: string, latitude: number, longitude: number, host: number): BenchRegion {
  return { name, title, latitude, longitude, address: `192.0.2.${host}` };
}
