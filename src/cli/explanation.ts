import { styleText } from 'node:util';
import type { Explanation } from '../control/explanation.ts';
import { InfoCode } from '../dns/extended-errors.ts';

/** An explanation for people. */
export function formatExplanation(explanation: Explanation): string {
  const { question, answer, policy, regions } = explanation;
  const lines = [
    `${question.name} ${question.type} for ${question.client}`,
    `  answer   ${answer.rcode}${answer.records.length === 0 ? ', no records' : ''}`,
    ...answer.records.map((record) => `           ${bold(record)}`),
    ...(answer.extendedError === undefined
      ? []
      : [`  note     ${answer.extendedError.text} (extended error ${answer.extendedError.code})`]),
    `  holds    for every client in ${answer.scopePrefix}`,
  ];
  if (policy === undefined) return [...lines, `  policy   none: ${unsteered(explanation)}`].join('\n');
  lines.push(
    `  policy   ${policy.name} (${policy.type}), TTL ${policy.ttlSeconds} s, serving: ${policy.serving}`,
    `  placed   ${formatPlace(explanation)}`,
    '',
  );
  for (const region of regions) {
    const distance = region.distanceKm === undefined ? '' : `${region.distanceKm} km`;
    lines.push(`  ${region.name.padEnd(16)} ${distance.padStart(9)}  ${region.title}`);
    for (const { name, address, health, chosen } of region.endpoints) {
      const line = `    ${chosen ? '→' : ' '} ${name.padEnd(12)} ${address.padEnd(20)} ${health}`;
      lines.push(chosen ? bold(line) : line);
    }
  }
  return lines.join('\n');
}

function unsteered({ answer }: Explanation): string {
  return answer.extendedError?.code === InfoCode.NOT_AUTHORITATIVE
    ? 'the name is in no zone of the config'
    : 'the zone answers, for everybody alike';
}

function formatPlace({ place, placeFault }: Explanation): string {
  if (placeFault !== undefined) return `not to be told now: ${placeFault}`;
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
