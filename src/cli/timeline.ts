import { stripVTControlCharacters, styleText } from 'node:util';
import { formatSubject, type TimelineEvent } from '../control/timeline/event.ts';
import type { TimelinePage } from '../control/timeline/timeline.ts';
import { readPageRequest } from '../control/timeline/timeline-route.ts';
import { limits } from '../runtime/limits.ts';
import { readArguments, UsageError, withUsage } from './arguments.ts';
import { askServer, defaultUrl } from './ask-server.ts';

/** `meridian timeline`: what happened on a running server, newest last. */
export function runTimeline(args: string[]): Promise<number> {
  return withUsage(async () => {
    const { values } = readArguments({
      args,
      options: {
        since: { type: 'string' },
        pool: { type: 'string' },
        url: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { since, pool } = values;
    const request = readPageRequest({ since, pool });
    if (typeof request === 'string') throw new UsageError(request.replaceAll('`since`', '--since'));
    const events = await askAll(values.url ?? defaultUrl, since, pool);
    if (typeof events === 'string') {
      process.stderr.write(`meridian: ${events}\n`);
      return 1;
    }
    const text = values.json ? events.map((event) => JSON.stringify(event)) : formatTimeline(events);
    process.stdout.write(text.map((line) => `${line}\n`).join(''));
    return 0;
  });
}

const hint = 'give --url of a running server';

/** Page by page; a server keeps a bounded number of events. */
async function askAll(
  url: string,
  since: string | undefined,
  pool: string | undefined,
): Promise<TimelineEvent[] | string> {
  const events: TimelineEvent[] = [];
  let from = since;
  for (let left = limits.timelineEvents; left > 0; left -= limits.timelinePage) {
    const limit = since === undefined ? undefined : String(limits.timelinePage);
    const page = await askServer<TimelinePage>(url, '/api/v1/timeline', { since: from, limit, pool }, hint);
    if (typeof page === 'string') return page;
    events.push(...page.events);
    if (!page.more) break;
    from = String(events.at(-1)!.id);
  }
  return events;
}

/** A line for each event, in columns. */
function formatTimeline(events: readonly TimelineEvent[]): string[] {
  const rows = events.map((event) => {
    const { at, kind, subject, from, to, cause, failoverMs } = event;
    const took =
      failoverMs === undefined ? '' : ` (${(failoverMs / 1000).toFixed(1)} s after the first failure)`;
    return {
      to,
      cells: [formatTime(at), kind, formatSubject(subject) || '-', `${from} → ${to}`],
      rest: cause + took,
    };
  });
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...rows.map(({ cells }) => cells[i]!.length)));
  return rows.map(({ to, cells, rest }) => {
    const columns = cells.map((cell, i) => cell.padEnd(widths[i]!)).join('  ');
    // Reasons hold what others say.
    const line = stripVTControlCharacters(`${columns}  ${rest}`).replaceAll(/\p{Cc}/gu, ' ');
    return bad.has(to) && process.stdout.isTTY ? styleText('red', line) : line;
  });
}

const bad = new Set(['down', 'all-down', 'frozen', 'refused', 'failed']);

/** By the second. */
function formatTime(at: string): string {
  return at.replace(/\.[0-9]+Z$/, 'Z');
}
