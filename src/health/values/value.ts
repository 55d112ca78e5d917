/** A number read out of somebody's document, or in one line why there is none. */
export type NumberRead =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly reason: string };

export function found(value: number): NumberRead {
  return { ok: true, value };
}

export function missing(reason: string): NumberRead {
  return { ok: false, reason };
}

const special: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

/**
 * A sample as Prometheus writes it. What is not finite says nothing that a bound could be held against: NaN is
 * neither above nor below, and a division by zero is no load.
 */
export function readSample(text: string): NumberRead {
  if (Object.hasOwn(special, text)) return missing(`the value is ${text}`);
  const plain = text.length <= 64 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
  if (!plain) return missing('the value is not a number');
  const value = Number(text);
  return Number.isFinite(value) ? found(value) : missing('the value is too large for a number');
}

/** Somebody who answers a program with a page for people: a log-in, a proxy's error. */
export function isHtml(text: string): boolean {
  return /^\s{0,100}<(?:!doctype|html|head|body|\?xml|!--)/i.test(text.slice(0, 200));
}
