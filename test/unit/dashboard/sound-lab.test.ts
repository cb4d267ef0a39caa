import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

/** What is asked of the page here; its own types need those of a browser. */
interface Lab {
  isUp: boolean | undefined;
  site: string | undefined;
  sites: { id: string; name: string }[];
  phase: string;
  status: { model: string } | undefined;
  training: object | undefined;
  attach(element: object): void;
  bring(file: Blob & { name?: string }): Promise<void>;
  chooseSite(event: object): void;
  detach(): void;
}
const labFile = '../../../dashboard/sound-lab/sound-lab.ts';
const { createLab } = (await import(labFile)) as { createLab: (setup: object) => Lab };

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A browser, and a server with sites. */
function browser(t: TestContext, sites: { site: string; siteName: string }[]) {
  const asked: string[] = [];
  const nothing = (): void => undefined;
  const answerTo = (url: URL): Response => {
    const path = url.pathname.split('/api/v1/')[1] ?? '';
    const site = url.searchParams.get('site');
    const json = (status: number, body: object) => {
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      return new Response(JSON.stringify(body), { status, headers: { 'content-type': type } });
    };
    if (path === 'site/arming') return json(200, { sites });
    if (!path.startsWith('sound/')) return json(404, { detail: 'There is nothing here.' });
    if (site === null && sites.length > 1) return json(400, { detail: 'There are several sites: name one.' });
    if (site !== null && !sites.some((one) => one.site === site))
      return json(404, { detail: 'There is no such site.' });
    if (path === 'sound/model/status') return json(200, { model: `ears of ${site}`, usable: true });
    if (path === 'sound/training') return json(200, { state: 'idle', progress: 0, versions: [] });
    return json(200, { class: 'safe', confidence: 1, probability: 0, windows: [], scores: {}, top: [] });
  };
  const globals = {
    window: { Vue: { reactive: (state: object) => state }, location: { pathname: '/', search: '', hash: '' } },
    document: { hidden: false, cookie: '', querySelector: () => null },
    localStorage: { getItem: () => null, setItem: nothing },
    requestAnimationFrame: nothing,
    setInterval: nothing,
    fetch: (address: string) => {
      const url = new URL(address, 'http://here');
      if (url.pathname.includes('/sound/')) asked.push(`${url.pathname.split('/sound/')[1]}${url.search}`);
      return Promise.resolve(answerTo(url));
    },
  };
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  t.after(() => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  });
  const lab = createLab({});
  t.after(() => {
    lab.detach();
  });
  return { lab, asked };
}

async function shown(lab: Lab, model: string): Promise<void> {
  for (let turns = 0; turns < 10_000 && lab.status?.model !== model; turns += 1) await turn();
  assert.equal(lab.status?.model, model);
}

const wav = (): Blob => Object.assign(new Blob(['RIFF']), { name: 'a.wav' });
const element = { parentElement: null, querySelector: () => null };

describe('the sound lab', () => {
  test('names no site where there is one', async (t) => {
    const { lab, asked } = browser(t, [{ site: 'home', siteName: 'Home' }]);
    lab.attach(element);
    await shown(lab, 'ears of null');
    await lab.bring(wav());
    assert.deepEqual([lab.isUp, lab.sites, lab.phase], [true, [], 'heard']);
    assert.ok(asked.includes('predict?spectrogram=1'), asked.join());
    assert.ok(!asked.some((one) => one.includes('site=')), asked.join());
  });

  test('asks the one of several that is chosen, by name the first at first', async (t) => {
    const { lab, asked } = browser(t, [
      { site: 'home', siteName: 'Villa' },
      { site: 'barn', siteName: 'Barn' },
    ]);
    lab.attach(element);
    await shown(lab, 'ears of barn');
    assert.deepEqual(
      lab.sites.map(({ name }) => name),
      ['Barn', 'Villa'],
    );
    lab.chooseSite({ target: { value: 'home' } });
    assert.deepEqual([lab.status, lab.training], [undefined, undefined], 'what another one learnt is not shown');
    await shown(lab, 'ears of home');
    await lab.bring(wav());
    assert.equal(lab.phase, 'heard');
    await lab.bring(Object.assign(new Blob(['PK']), { name: 'a.zip' }));
    assert.ok(asked.includes('predict?spectrogram=1&site=home') && asked.includes('retrain?site=home'), asked.join());
  });
});
