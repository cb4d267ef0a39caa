import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { killTheWriter } from './evidence-kills.ts';

/** A night of them: `npm run -s soak -- evidence`. */
const kills = Number(process.env.EVIDENCE_KILLS ?? 15);

test('kill -9 in the middle of writing loses nothing that was acknowledged and tears nothing', async (t) => {
  const found = await killTheWriter({ folder: temporaryFolder(t), kills, random: seededRandom(20_261_121) });
  const { incidents, ...rest } = found;
  const nothing = { lost: 0, torn_rows: 0, torn_files: 0, orphans: 0, complaints: 0, first: [] };
  assert.deepEqual(rest, { kills, ...nothing, chain: 'verified' });
  assert.ok(incidents >= kills, 'every round acknowledged something');
  t.diagnostic(`${incidents} acknowledged incidents survived ${kills} kills`);
});
