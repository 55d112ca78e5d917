/** A place on the globe, in degrees: north and east positive. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius (IUGG). */
const earthKm = 6371.0088;
const earthMetres = earthKm * 1000;

/** A point of the unit sphere. */
export interface UnitVector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export function unitVector(latitude: number, longitude: number): UnitVector {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  const radius = Math.cos(phi);
  return { x: radius * Math.cos(lambda), y: radius * Math.sin(lambda), z: Math.sin(phi) };
}

/**
 * The square of the straight line through the globe, 0 … 4. It is four times the haversine of the great-circle
 * distance, so it orders places as the distance does, without a root or an arc function per comparison.
 */
export function chordSquared(a: UnitVector, b: UnitVector): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2;
}

/** Great-circle distance for a chord, in metres. */
export function metresOfChord(squared: number): number {
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(squared) / 2));
}

/**
 * By what a region's distances are multiplied for its bias, −99 … 99 percent: 1 − b/100 when it is to reach further,
 * and the reciprocal of that for −b. So −b on one region is +b on all others, and b then −b is no bias.
 */
export function biasFactor(percent: number): number {
  return percent >= 0 ? 1 - percent / 100 : 1 / (1 + percent / 100);
}

/** Great-circle distance in kilometres. */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const chord = chordSquared(unitVector(a.latitude, a.longitude), unitVector(b.latitude, b.longitude));
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(chord) / 2));
}
