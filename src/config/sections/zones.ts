import { resolve } from 'node:path';
import { z } from 'zod';
import { parseName } from '../../dns/names.ts';
import type { Findings } from '../findings.ts';
import type { ZoneSource } from '../model.ts';
import type { Path } from '../source.ts';
import { text } from '../values.ts';
import { resolveSteer, type SteerSurroundings, steerSchema } from './steer.ts';

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
      steer: steerSchema,
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
  around: SteerSurroundings,
  base: string,
): ZoneSource | undefined {
  const { findings } = around;
  const path = ['zones', index];
  const apex = parseName(input.name);
  const steer = resolveSteer(input.steer, apex.ok ? apex.name : undefined, path, around);
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
