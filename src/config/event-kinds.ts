/** What an event of the timeline may be about. */
export const eventKinds = [
  'endpoint',
  'region',
  'pool',
  'floor',
  'override',
  'failover',
  'node',
  'config',
  'publish',
] as const;

export type EventKind = (typeof eventKinds)[number];
