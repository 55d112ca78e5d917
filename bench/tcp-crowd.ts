import { connect, type Socket } from 'node:net';

/**
 * `node tcp-crowd.js PORT IDLE SLOW`: opens IDLE connections that say nothing and SLOW ones that send one byte of a
 * query a second, spread over the second. Prints how many are open, each time that number changes; ends with its
 * standard input.
 */
const [port = 0, idle = 0, slow = 0] = process.argv.slice(2).map(Number);
const slowOnes: Socket[] = [];
let open = 0;

async function dial(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('close', () => tell(-1));
  await new Promise((resolve) => socket.once('connect', resolve));
  tell(1);
  return socket;
}

function tell(change: number): void {
  open += change;
  if (open === idle + slow || change < 0) process.stdout.write(`${open}\n`);
}

// No more at once than the backlog of a listener holds.
for (let left = idle + slow; left > 0; left -= 100) {
  const dialled = await Promise.all(Array.from({ length: Math.min(100, left) }, dial));
  slowOnes.push(...dialled.slice(0, slow - slowOnes.length));
}
let turn = 0;
setInterval(() => slowOnes[turn++ % slowOnes.length]?.write(Buffer.of(1)), 1000 / Math.max(1, slow));
process.stdin.resume().on('end', () => process.exit());
