import { countryCentre } from '../geo/countries.ts';
import type { CountryReport } from './report.ts';

const WIDTH = 72;
const HEIGHT = 18;
/** North of it and south of it nobody lives. */
const NORTH = 75;
const SOUTH = -60;

/** From this part of its users on, a country is told from those where nobody moves. */
const SOME = 0.01;

/** Moves that have a letter; the others are `+`. */
export const LETTERS = 8;

/**
 * The world as lines of text, a country where its people are: a dot where its users stay, a letter for the move that most
 * of those who move make, upper case when that is most of the country. Of countries in one place the one with most moving
 * users shows.
 */
export function worldMap(countries: readonly CountryReport[]): string[] {
  const grid = Array.from({ length: HEIGHT }, () => Array<string>(WIDTH).fill(' '));
  const byMovers = [...countries].sort((a, b) => a.users * a.moved - b.users * b.moved);
  for (const country of byMovers) {
    const centre = countryCentre((country.country.charCodeAt(0) << 8) | country.country.charCodeAt(1));
    if (centre === undefined) continue;
    const row = within(HEIGHT, (NORTH - centre.latitude) / (NORTH - SOUTH));
    grid[row]![within(WIDTH, (centre.longitude + 180) / 360)] = markOf(country);
  }
  return grid.map((line) => line.join('').trimEnd());
}

/** `A` for the first move. */
export function letterOf(move: number): string {
  return move < LETTERS ? String.fromCharCode(65 + move) : '+';
}

function markOf({ moved, move }: CountryReport): string {
  if (move === undefined || moved < SOME) return '·';
  return moved > 0.5 ? letterOf(move) : letterOf(move).toLowerCase();
}

function within(size: number, share: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor(share * size)));
}
