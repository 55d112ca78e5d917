import { styleText } from 'node:util';
import type { ExplainedRegion, Explanation } from '../control/explanation.ts';
import { InfoCode } from '../dns/extended-errors.ts';
import { formatSteps, isPlain } from './explained-steps.ts';

/** An explanation for people: the answer, why, for whom it holds, how it was come to, and every endpoint. */
export function formatExplanation(explanation: Explanation): string {
  const { question, answer, policy, without, steps, truncated, regions } = explanation;
  const lines = [`${question.name} ${question.type} for ${question.client}`];
  if (explanation.at !== undefined) lines.push(`  at       ${explanation.at}, with health as it is now`);
  if (without !== undefined) lines.push(`  without  ${without.regions.join(', ')}: ${bold(without.text)}`);
  lines.push(
    `  answer   ${answer.rcode}${answer.records.length === 0 ? ', no records' : ''}`,
    ...answer.records.map((record) => `           ${bold(record)}`),
  );
  if (policy !== undefined) lines.push(`  why      ${policy.why}`);
  if (answer.extendedError !== undefined)
    lines.push(`  note     ${answer.extendedError.text} (extended error ${answer.extendedError.code})`);
  lines.push(`  holds    for every client in ${answer.scopePrefix}: ${answer.scopeWhy}`);
  if (policy === undefined) return [...lines, `  policy   none: ${unsteered(explanation)}`].join('\n');
  lines.push(
    `  policy   ${policy.name} (${policy.type}), serving: ${policy.serving}`,
    `  TTL      ${policy.ttlSeconds} s, ${policy.ttlWhy}`,
    `  placed   ${formatPlace(explanation)}`,
  );
  // Where one walk along regions decides, the table of endpoints says it all.
  if (steps !== undefined && (truncated || !isPlain(steps))) lines.push('', ...formatSteps(steps));
  if (truncated) lines.push('  … the decision had more steps than are kept');
  return [...lines, '', ...regions.flatMap(formatRegion)].join('\n');
}

function formatRegion({ name, title, distanceKm, endpoints }: ExplainedRegion): string[] {
  const distance = distanceKm === undefined ? '' : `${distanceKm} km`;
  const lines = [`  ${name.padEnd(16)} ${distance.padStart(9)}  ${title}`];
  for (const { name: endpoint, address, health, chosen, why } of endpoints) {
    const line = `    ${chosen ? '→' : ' '} ${endpoint.padEnd(12)} ${address.padEnd(20)} ${health.padEnd(8)} ${why}`;
    lines.push(chosen ? bold(line) : line);
  }
  return lines;
}

function unsteered({ answer }: Explanation): string {
  return answer.extendedError?.code === InfoCode.NOT_AUTHORITATIVE
    ? 'the name is in no zone of the config'
    : 'the zone answers, for everybody alike';
}

function formatPlace({ place, placeFault }: Explanation): string {
  if (placeFault !== undefined) return `not looked up: ${placeFault}`;
  if (place === undefined)
    return 'nowhere: no database has this address, so regions go in the order of the config';
  const names = [place.city, place.subdivision, place.country].filter(
    (name) => name !== undefined && name !== '',
  );
  const where = `${place.latitude.toFixed(2)}, ${place.longitude.toFixed(2)}`;
  return `${names.join(', ')} (${where}) by ${place.prefix} in ${place.database}`;
}

function bold(text: string): string {
  return process.stdout.isTTY ? styleText('bold', text) : text;
}
