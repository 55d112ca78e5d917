/** Bytes as a quoted string of a master file (RFC 1035 §5.1); what is not printable ASCII becomes `\DDD`. */
export function formatString(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, '0')}`;
    else if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else text += String.fromCharCode(byte);
  }
  return `${text}"`;
}
