import tls from 'node:tls';

/** What of a check decides whom it trusts. */
export interface Trust {
  /** PEM of authorities beside those that Node.js knows. */
  readonly ca: string | undefined;
}

/** Contexts are costly (every authority is parsed), so each check keeps its own as long as it lives. */
const contexts = new WeakMap<Trust, tls.SecureContext>();
let usualContext: tls.SecureContext | undefined;

export function contextOf(check: Trust): tls.SecureContext {
  if (check.ca === undefined) {
    usualContext ??= tls.createSecureContext();
    return usualContext;
  }
  let context = contexts.get(check);
  if (context === undefined) {
    context = tls.createSecureContext({ ca: [...tls.rootCertificates, check.ca] });
    contexts.set(check, context);
  }
  return context;
}
