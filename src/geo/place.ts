/** Where a record says that its addresses are. */
export interface Place {
  readonly city: string | undefined;
  /** Name or ISO 3166-2 code, as the database has it. */
  readonly subdivision: string | undefined;
  /** ISO 3166-2 without its country (`CA` of `US-CA`); undefined when the database has names that we do not know. */
  readonly subdivisionCode: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  /** AF, AN, AS, EU, NA, OC or SA. */
  readonly continent: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
  /** `country`: the record has no coordinates, these are the country's centre. */
  readonly precision: 'coordinates' | 'country';
}
