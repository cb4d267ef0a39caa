import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cue, Detections, Incident, StreamStatus } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';

const zones = [
  {
    ...{ name: 'table', kind: 'zone', weight: 1 },
    points: [
      { x: 0.4, y: 0.5 },
      { x: 0.8, y: 0.5 },
      { x: 0.8, y: 1 },
      { x: 0.4, y: 1 },
    ],
  },
  // Upwards, so that in is to the right.
  {
    ...{ name: 'exit', kind: 'line' },
    points: [
      { x: 0.78, y: 1 },
      { x: 0.78, y: 0.2 },
    ],
  },
];
const rule = (severity: number, label: string) => {
  return { id: label, enabled: true, severity, all: [{ kind: 'cue', label }] };
};

test('real people enter a zone, loiter there and leave over a line, each told once, and rules hear of it', async (t) => {
  if (!sharedRequirement(t, 'media', 'demo.mp4')) return;
  const host = await NodeRedHost.start();
  t.after(() => host.stop());
  const source = {
    site: 'site',
    area: 'home',
    address: sharedFile('media', 'demo.mp4'),
    playback: 'fast',
    audio: 'off',
  };
  const flow: FlowNode[] = [
    { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' },
    { id: 'camera', type: 'sentinel-camera', name: 'front', ...source, zones },
    { id: 'in', type: 'rtsp-in', camera: 'camera', rate: 4, wires: [['detect'], [], ['probe-status'], []] },
    {
      ...{ id: 'detect', type: 'detectron-infer', site: 'site', previewRate: 0, loiterSeconds: 5 },
      wires: [['probe-seen', 'fuse'], []],
    },
    {
      ...{ id: 'fuse', type: 'fuse-severity', site: 'site', wires: [['probe-incident']] },
      rules: [rule(2, 'line-cross exit in'), rule(1, 'loiter table'), rule(3, 'line-cross exit out')],
    },
  ];
  await host.deploy([...flow, probe('seen'), probe('status'), probe('incident'), ...catchAll()]);
  await host.waitFor('status', ({ payload }) => (payload as StreamStatus).status === 'stopped', 90_000);
  await host.waitFor('incident', ({ payload }) => (payload as Incident).severity === 2);

  const seen = host.messages('seen').map(({ payload }) => payload as Cue | Detections);
  const cues = seen.filter((payload) => payload.kind === 'cue');
  const namesOf = (id: string): string[] => {
    return cues.filter(({ features }) => features.trackId === id).map(({ cue, features }) => `${cue} ${features.zone}`);
  };
  // The border of the zone and the line lie at one place.
  const [enters, loiters, ...leaves] = namesOf('1');
  assert.deepEqual(
    [enters, loiters, leaves.sort()],
    ['zone-enter table', 'loiter table', ['line-cross exit', 'zone-leave table']],
  );
  assert.deepEqual([namesOf('2'), cues.length], [['zone-enter table'], 5]);
  const featuresOf = (name: string) => cues.find(({ cue }) => cue === name)?.features;
  assert.equal(featuresOf('line-cross')?.direction, 'in');
  const stay = Number(featuresOf('zone-leave')?.dwellSeconds);
  assert.ok(stay > 11 && stay < 14, `she stays for ${stay} s`);
  const told = host.messages('incident').map(({ payload }) => payload as Incident);
  assert.deepEqual(
    told.filter(({ phase }) => phase !== 'evidence').map(({ phase, reason }) => `${phase} ${reason}`),
    ['start loiter table', 'update line-cross exit in'],
  );
  assert.deepEqual(host.messages('errors'), []);
});
