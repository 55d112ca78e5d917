import { parse, stringify } from 'yaml';

/** What `docs/steering.md` claims, in a form that can be checked. */
interface SteeringPage {
  readonly clients: readonly PageClient[];
  readonly examples: readonly Example[];
}

/** A row of the table of clients. */
export interface PageClient {
  readonly name: string;
  readonly network: string;
  /** ISO 3166: a country and perhaps its subdivision; undefined for one that no database has. */
  readonly place: { readonly country: string; readonly subdivision: string | undefined } | undefined;
  readonly latitude: number;
  readonly longitude: number;
  readonly asn: number | undefined;
}

interface Example {
  readonly id: string;
  /** A whole config. */
  readonly yaml: string;
  /** Tables that it names, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Lines of the block of answers behind it. */
  readonly answers: readonly string[];
}

/**
 * Reads blocks of `yaml` that begin with `# id`; `csv` blocks that begin with the name of the file and `answers` blocks
 * belong to the example before them. Sections that an example leaves out are those of `# base`.
 */
export function readSteeringPage(markdown: string): SteeringPage {
  const blocks = [...markdown.matchAll(/^```([a-z]+)\n(.*?)^```$/gms)];
  const examples: { id: string; yaml: string; files: Record<string, string>; answers: string[] }[] = [];
  let base: Record<string, unknown> = {};
  for (const [, language, text] of blocks) {
    const id = /^# (\S+)\n/.exec(text!)?.[1] ?? '';
    if (language === 'yaml' && id === 'base') base = parse(text!);
    else if (language === 'yaml') {
      examples.push({ id, yaml: complete(base, parse(text!)), files: {}, answers: [] });
    } else if (language === 'csv') examples.at(-1)!.files[id] = text!;
    else if (language === 'answers') examples.at(-1)!.answers.push(...text!.trimEnd().split('\n'));
  }
  return { clients: readClients(markdown), examples };
}

/** Without monitors where no pool has one. */
function complete(base: Record<string, unknown>, example: Record<string, unknown>): string {
  const config = { ...base, ...example };
  const isChecked = Object.values(config['pools'] as Record<string, object>).some(
    (pool) => 'monitor' in pool,
  );
  if (!isChecked) delete config['monitors'];
  return stringify(config, { aliasDuplicateObjects: false });
}

function readClients(markdown: string): PageClient[] {
  const rows = markdown.matchAll(/^\| ([a-z]+) +\| ([0-9a-f.:]+\/\d+) +\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm);
  return [...rows].map(([, name, network, place, location, asn]) => {
    const [country, subdivision] = place!.split('-');
    const [latitude, longitude] = location!.split(', ').map(Number);
    return {
      ...{ name: name!, network: network! },
      place: country === 'nowhere' ? undefined : { country: country!, subdivision },
      latitude: latitude ?? Number.NaN,
      longitude: longitude ?? Number.NaN,
      asn: asn === '' ? undefined : Number(asn!.slice('AS'.length)),
    };
  });
}
