/** What an event of the timeline may be about. */
export const eventKinds = ['endpoint', 'region', 'pool', 'floor', 'override', 'config', 'publish'] as const;

export type EventKind = (typeof eventKinds)[number];
