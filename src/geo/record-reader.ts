import type { Bytes } from './bytes.ts';
import { continentOf } from './continents.ts';
import { countryCentre } from './countries.ts';
import { DataSection, DataType } from './data-section.ts';
import type { Place } from './place.ts';
import { subdivisionCode } from './subdivisions.ts';

/** Maps that a record is made of, by where they stand. */
const Level = {
  ROOT: 0,
  LOCATION: 1,
  COUNTRY: 2,
  CITY: 3,
  CITY_NAMES: 4,
  SUBDIVISION: 5,
  SUBDIVISION_NAMES: 6,
} as const;
type Level = (typeof Level)[keyof typeof Level];

/**
 * Reads place and AS number out of a data record, of the flat schema (`country_code`, `state1`, `city`, `latitude`,
 * `longitude`), of MaxMind's nested one (`country.iso_code`, `subdivisions[0].iso_code`, `city.names.en`,
 * `location.latitude`), and in both `autonomous_system_number`. One object reads all records of a file: its fields
 * hold the last one.
 */
export class RecordReader {
  /** Whether the record tells a place. */
  placed = false;
  /** Degrees; NaN where the record has no place. */
  latitude = Number.NaN;
  longitude = Number.NaN;
  /** AS number; −1 when the record has none. */
  asn = -1;
  /** Two ASCII letters as one number, or 0. */
  private countryLetters = 0;
  private precision: Place['precision'] = 'coordinates';
  /** Offsets of strings; −1 when the record has none. */
  private cityAt = -1;
  private subdivisionCodeAt = -1;
  private subdivisionNameAt = -1;
  private readonly data: DataSection;

  /** The data section is bytes[start … end). */
  constructor(bytes: Bytes, start: number, end: number) {
    this.data = new DataSection(bytes, start, end);
  }

  /** Reads the record at a file offset. Throws `Malformed`. */
  read(offset: number): void {
    this.latitude = this.longitude = Number.NaN;
    this.countryLetters = 0;
    this.asn = this.cityAt = this.subdivisionCodeAt = this.subdivisionNameAt = -1;
    this.precision = 'coordinates';
    this.data.begin();
    this.readMap(offset, Level.ROOT);
    this.placed = Math.abs(this.latitude) <= 90 && Math.abs(this.longitude) <= 180;
    if (this.placed) return;
    const centre = countryCentre(this.countryLetters);
    this.placed = centre !== undefined;
    this.precision = 'country';
    this.latitude = centre?.latitude ?? Number.NaN;
    this.longitude = centre?.longitude ?? Number.NaN;
  }

  /** The country of the record that was read, ISO 3166-1 alpha-2. */
  country(): string | undefined {
    const letters = this.countryLetters;
    return letters === 0 ? undefined : String.fromCharCode(letters >>> 8, letters & 0xff);
  }

  /** Whether the record names its subdivision by a code. */
  hasSubdivisionCode(): boolean {
    return this.subdivisionCodeAt >= 0;
  }

  /** The ISO 3166-2 code of its subdivision, without the country: as it stands there, or by its name. */
  subdivisionCode(): string | undefined {
    this.data.begin();
    if (this.hasSubdivisionCode()) return this.textAt(this.subdivisionCodeAt);
    const name = this.textAt(this.subdivisionNameAt);
    const country = this.country();
    return name && country && subdivisionCode(country, name);
  }

  /** The whole place, with its names; only when the record is `placed`. */
  place(): Place {
    const { latitude, longitude, precision } = this;
    const country = this.country();
    const code = this.subdivisionCode();
    this.data.begin();
    return {
      city: this.textAt(this.cityAt),
      subdivision: this.textAt(this.hasSubdivisionCode() ? this.subdivisionCodeAt : this.subdivisionNameAt),
      subdivisionCode: code,
      country,
      continent: country && continentOf(country),
      ...{ latitude, longitude, precision },
    };
  }

  private textAt(offset: number): string | undefined {
    return offset < 0 ? undefined : this.data.text(offset) || undefined;
  }

  private readMap(offset: number, level: Level): void {
    let at = this.data.resolve(offset);
    if (this.data.type !== DataType.MAP) return;
    for (let left = this.data.size; left > 0; left--) {
      const key = this.key(at);
      at = this.data.skip(at);
      if (key !== undefined) this.visit(level, key, at);
      at = this.data.skip(at);
    }
  }

  private visit(level: Level, key: Key, at: number): void {
    if (level === Level.ROOT) this.visitRoot(key, at);
    else if (level === Level.LOCATION) this.visitCoordinates(key, at);
    else if (level === Level.COUNTRY && key === 'iso_code') this.countryLetters = this.letters(at);
    else if (level === Level.CITY && key === 'names') this.readMap(at, Level.CITY_NAMES);
    else if (level === Level.CITY_NAMES && key === 'en') this.cityAt = at;
    else if (level === Level.SUBDIVISION) this.visitSubdivision(key, at);
    else if (level === Level.SUBDIVISION_NAMES && key === 'en') this.subdivisionNameAt = at;
  }

  private visitRoot(key: Key, at: number): void {
    this.visitCoordinates(key, at);
    if (key === 'country_code') this.countryLetters = this.letters(at);
    else if (key === 'country') this.readMap(at, Level.COUNTRY);
    else if (key === 'location') this.readMap(at, Level.LOCATION);
    else if (key === 'state1') this.subdivisionNameAt = at;
    else if (key === 'autonomous_system_number') this.asn = this.systemNumber(at);
    else if (key === 'subdivisions') this.readFirst(at);
    else if (key === 'city') {
      this.cityAt = at;
      this.readMap(at, Level.CITY);
    }
  }

  private visitCoordinates(key: Key, at: number): void {
    if (key === 'latitude') this.latitude = this.data.number(at);
    else if (key === 'longitude') this.longitude = this.data.number(at);
  }

  private visitSubdivision(key: Key, at: number): void {
    if (key === 'iso_code') this.subdivisionCodeAt = at;
    else if (key === 'names') this.readMap(at, Level.SUBDIVISION_NAMES);
  }

  private readFirst(offset: number): void {
    const first = this.data.resolve(offset);
    if (this.data.type === DataType.ARRAY && this.data.size > 0) this.readMap(first, Level.SUBDIVISION);
  }

  private letters(offset: number): number {
    const at = this.data.resolve(offset);
    if (this.data.type !== DataType.STRING || this.data.size !== 2) return 0;
    return (this.data.byte(at) << 8) | this.data.byte(at + 1);
  }

  private systemNumber(offset: number): number {
    const value = this.data.number(offset);
    return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff ? value : -1;
  }

  /** Which of the keys that we read stands at `offset`. */
  private key(offset: number): Key | undefined {
    const at = this.data.resolve(offset);
    if (this.data.type !== DataType.STRING) return undefined;
    return keysByLength[this.data.size]?.find((key) => this.spells(at, key));
  }

  private spells(at: number, key: Key): boolean {
    for (let i = 0; i < key.length; i++) if (this.data.byte(at + i) !== key.charCodeAt(i)) return false;
    return true;
  }
}

const keys = [
  ...(['latitude', 'longitude', 'country_code', 'state1', 'city'] as const),
  ...(['country', 'location', 'subdivisions', 'iso_code', 'names', 'en'] as const),
  'autonomous_system_number' as const,
];
type Key = (typeof keys)[number];

const keysByLength: Key[][] = Array.from({ length: 25 }, (_, length) =>
  keys.filter((key) => key.length === length),
);
