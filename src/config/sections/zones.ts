import { resolve } from 'node:path';
import { z } from 'zod';
import { formatName, isAtOrBelow, nameKey, parseName, type WireName } from '../../dns/names.ts';
import type { Findings, Named } from '../findings.ts';
import type { Steer, ZoneSource } from '../model.ts';
import type { Policy } from '../policy-model.ts';
import type { Path } from '../source.ts';
import type { SteeringList } from '../steerings.ts';
import { reference, text } from '../values.ts';
import { showName } from '../wording.ts';

const recordsWanted = 'a list of records in master-file form';

export const zoneSchema = z
  .strictObject(
    {
      name: text('a domain name', /^(?!@$)[^\p{Cc}]+$/u).describe('The apex: `example.com`.'),
      file: text('the path of a zone file')
        .optional()
        .describe('Master file (RFC 1035 §5), relative to this file. Either this or `records`.'),
      records: z
        .array(text('one record on one line', /^[^\p{Cc}]*(?:\t[^\p{Cc}]*)*$/u), { error: recordsWanted })
        .min(1, { error: recordsWanted })
        .optional()
        .describe(
          'Lines of a master file, for a small zone; names are relative to the apex. Either this or `file`.',
        ),
      steer: z
        .record(z.string(), reference('the name of a policy'), {
          error: 'a mapping of owner names to policies',
        })
        .default({})
        .describe(
          'Owner name (relative to the zone; `@` is the apex) to the policy that answers its A and AAAA.',
        ),
    },
    { error: 'a mapping with `name` and `file` or `records`' },
  )
  .superRefine((zone, context) => {
    const has = [zone.file, zone.records].filter((source) => source !== undefined).length;
    if (has === 1) return;
    const path = [has === 0 ? 'file' : 'records'];
    const message = has === 0 ? 'the path of a zone file, or `records`' : 'none beside `file`';
    context.addIssue({ code: 'custom', path, message });
  })
  .meta({
    description: 'A zone that this server answers for.',
    oneOf: [{ required: ['file'] }, { required: ['records'] }],
  });

type ZoneInput = z.output<typeof zoneSchema>;

/** `base`: the directory of the config file. Undefined after an error. */
export function resolveZone(
  index: number,
  input: ZoneInput,
  policies: Named<Policy>,
  steerings: SteeringList,
  base: string,
  findings: Findings,
): ZoneSource | undefined {
  const path = ['zones', index];
  const apex = parseName(input.name);
  const steer = resolveSteer(input, apex.ok ? apex.name : undefined, policies, steerings, path, findings);
  if (!apex.ok) {
    findings.error('CONFIG_VALUE', [...path, 'name'], `\`name\` is not a domain name: ${apex.reason}`);
    return undefined;
  }
  return { apex: apex.name, source: resolveSource(input, path, base, findings), steer };
}

function resolveSource(input: ZoneInput, path: Path, base: string, findings: Findings): ZoneSource['source'] {
  if (input.file !== undefined) return { file: resolve(base, input.file) };
  const lines = input.records?.map((text, i) => ({
    text,
    line: findings.place([...path, 'records', i]).line,
  }));
  return { lines: lines ?? [] };
}

/** Owners are read even when the apex is faulty: their policies count as used and their names are checked. */
function resolveSteer(
  input: ZoneInput,
  apex: WireName | undefined,
  policies: Named<Policy>,
  steerings: SteeringList,
  zone: Path,
  findings: Findings,
): Steer[] {
  const seen = new Map<string, string>();
  return Object.entries(input.steer).flatMap(([text, policyName]) => {
    const path = [...zone, 'steer', text];
    const policy = findings.reference('policy', policyName, policies, path);
    const owner = parseName(text, apex);
    if (!owner.ok) {
      findings.error('CONFIG_VALUE', path, `${showName(text)} is not an owner name: ${owner.reason}`, 'key');
      return [];
    }
    if (apex !== undefined && !isAtOrBelow(owner.name, apex)) {
      findings.error('CONFIG_VALUE', path, `${showName(text)} is outside zone ${formatName(apex)}`, 'key');
    }
    const first = seen.get(nameKey(owner.name));
    if (first !== undefined) {
      findings.error(
        'CONFIG_DUPLICATE',
        path,
        `${showName(text)} is the same owner as ${showName(first)}`,
        'key',
      );
    }
    seen.set(nameKey(owner.name), text);
    return policy === undefined
      ? []
      : [{ owner: owner.name, steering: steerings.add(policy), ...findings.place(path, 'key') }];
  });
}
