import type { Bytes } from './bytes.ts';
import { countryCentre } from './countries.ts';
import { DataSection, DataType } from './data-section.ts';

/** Where a record says that its addresses are. */
export interface Place {
  readonly city: string | undefined;
  /** Name or ISO 3166-2 code, as the database has it. */
  readonly subdivision: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
  /** `country`: the record has no coordinates, these are the country's centre. */
  readonly precision: 'coordinates' | 'country';
}

/** Maps that a record is made of, by where they stand. */
const Level = { ROOT: 0, LOCATION: 1, COUNTRY: 2, CITY: 3, CITY_NAMES: 4, SUBDIVISION: 5 } as const;
type Level = (typeof Level)[keyof typeof Level];

/**
 * Reads the place out of a data record, of the flat schema (`country_code`, `state1`, `city`, `latitude`,
 * `longitude`) or of MaxMind's nested one (`country.iso_code`, `subdivisions[0].iso_code`, `city.names.en`,
 * `location.latitude`). One object reads all records of a file: its fields hold the last one.
 */
export class PlaceReader {
  /** Degrees; NaN where the record has no place. */
  latitude = Number.NaN;
  longitude = Number.NaN;
  /** Two ASCII letters as one number, or 0. */
  private country = 0;
  private precision: Place['precision'] = 'coordinates';
  /** Offsets of strings; −1 when the record has none. */
  private cityAt = -1;
  private subdivisionAt = -1;
  private readonly data: DataSection;

  /** The data section is bytes[start … end). */
  constructor(bytes: Bytes, start: number, end: number) {
    this.data = new DataSection(bytes, start, end);
  }

  /** Reads the record at a file offset; false when it tells no place. Throws `Malformed`. */
  read(offset: number): boolean {
    this.latitude = this.longitude = Number.NaN;
    this.country = 0;
    this.cityAt = this.subdivisionAt = -1;
    this.precision = 'coordinates';
    this.data.begin();
    this.readMap(offset, Level.ROOT);
    if (Math.abs(this.latitude) <= 90 && Math.abs(this.longitude) <= 180) return true;
    const centre = countryCentre(this.country);
    this.precision = 'country';
    this.latitude = centre?.latitude ?? Number.NaN;
    this.longitude = centre?.longitude ?? Number.NaN;
    return centre !== undefined;
  }

  /** The place that `read` found, with its names. */
  place(): Place {
    const { latitude, longitude, precision, country } = this;
    this.data.begin();
    return {
      city: this.textAt(this.cityAt),
      subdivision: this.textAt(this.subdivisionAt),
      country: country === 0 ? undefined : String.fromCharCode(country >>> 8, country & 0xff),
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
    else if (level === Level.COUNTRY && key === 'iso_code') this.country = this.countryCode(at);
    else if (level === Level.CITY && key === 'names') this.readMap(at, Level.CITY_NAMES);
    else if (level === Level.CITY_NAMES && key === 'en') this.cityAt = at;
    else if (level === Level.SUBDIVISION && key === 'iso_code') this.subdivisionAt = at;
  }

  private visitRoot(key: Key, at: number): void {
    this.visitCoordinates(key, at);
    if (key === 'country_code') this.country = this.countryCode(at);
    else if (key === 'country') this.readMap(at, Level.COUNTRY);
    else if (key === 'location') this.readMap(at, Level.LOCATION);
    else if (key === 'state1') this.subdivisionAt = at;
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

  private readFirst(offset: number): void {
    const first = this.data.resolve(offset);
    if (this.data.type === DataType.ARRAY && this.data.size > 0) this.readMap(first, Level.SUBDIVISION);
  }

  private countryCode(offset: number): number {
    const at = this.data.resolve(offset);
    if (this.data.type !== DataType.STRING || this.data.size !== 2) return 0;
    return (this.data.byte(at) << 8) | this.data.byte(at + 1);
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
];
type Key = (typeof keys)[number];

const keysByLength: Key[][] = Array.from({ length: 16 }, (_, length) =>
  keys.filter((key) => key.length === length),
);
