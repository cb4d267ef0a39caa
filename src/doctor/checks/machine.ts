import { ok, warning, type Outcome } from '../finding.ts';
import type { Ports } from '../ports.ts';

const mb = 1024 * 1024;
/** Node-RED, two models and one camera take about 500 MB. */
const leastMemoryMb = 900;
const leastFreeMb = 300;

/** Memory and cores. */
export async function checkMachine({ machine }: Pick<Ports, 'machine'>): Promise<Outcome> {
  const { memory, available, cores, architecture } = await machine();
  const total = Math.round(memory / mb);
  const free = Math.round(available / mb);
  const says = `${cores} ${cores === 1 ? 'core' : 'cores'} (${architecture}), ${total} MB of memory, ${free} MB available.`;
  if (total < leastMemoryMb) return warning(says, `Detection needs a machine with ${leastMemoryMb} MB or more.`);
  if (free < leastFreeMb) return warning(says, 'Close other programs: models and cameras need some hundred MB.');
  if (cores === 1) return warning(says, 'One core is enough for one camera at a low rate; lower the frames a second.');
  return ok(says);
}
