import type { Fault } from './yaml-text.ts';

export type TextResult = { ok: true; text: string } | { ok: false; fault: Fault };

/** UTF-8 without control characters; a byte order mark is dropped. */
export function decodeText(bytes: Uint8Array): TextResult {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const control = text.search(controlCharacter);
    if (control < 0) return { ok: true, text };
    const before = text.slice(0, control).split('\n');
    const code = text.charCodeAt(control).toString(16).padStart(4, '0').toUpperCase();
    return fault(before.length, before.at(-1)!.length + 1, `control character U+${code}`);
  } catch {
    const lenient = new TextDecoder('utf-8').decode(bytes).split('\n');
    const line = lenient.findIndex((text) => text.includes('\ufffd'));
    return fault(
      line + 1,
      (lenient[line] ?? '').indexOf('\ufffd') + 1,
      'not UTF-8; save the file in that encoding',
    );
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for (YAML 1.2 §5.1)
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

function fault(line: number, column: number, message: string): TextResult {
  return { ok: false, fault: { code: 'CONFIG_SYNTAX', line, column, message } };
}
