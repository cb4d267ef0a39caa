import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules, nodeConfigs } from '../../../src/contracts/configs.ts';
import { faultOf, type Fault, type SettingsSchema, type ValueSchema } from '../../../src/editor/schema-fault.ts';

/** The schemas as the editor gets them: plain JSON. */
const schemas = JSON.parse(JSON.stringify(nodeConfigs)) as Record<keyof typeof nodeConfigs, SettingsSchema>;

const corner = { x: 0.5, y: 0.5 };

function setting(type: keyof typeof nodeConfigs, key: string): ValueSchema {
  return schemas[type].properties[key] ?? assert.fail(`${type} has no ${key}`);
}

describe('settings as the editor checks them', () => {
  test('defaults fit, except those that a person has to fill in', () => {
    const open = Object.entries(schemas).flatMap(([type, { properties }]) =>
      Object.entries(properties)
        .filter(([, schema]) => faultOf(schema, schema.default) !== undefined)
        .map(([key]) => `${type}.${key}`),
    );
    assert.deepEqual(open, [
      'sentinel-camera.name',
      'sentinel-camera.address',
      'sentinel-whatsapp-account.phoneNumberId',
      'sentinel-whatsapp-account.recipients',
      'sentinel-sms-account.accountSid',
      'sentinel-sms-account.from',
      'sentinel-sms-account.recipients',
      'sentinel-email-account.host',
      'sentinel-email-account.from',
      'sentinel-email-account.recipients',
      'sentinel-whatsapp-in.account',
    ]);
  });

  const cases: [string, ValueSchema, unknown, Partial<Fault> | undefined][] = [
    ['a number still in its text field', setting('rtsp-in', 'width'), '640', undefined],
    ['an empty number', setting('rtsp-in', 'width'), '', { key: 'required', limit: 0 }],
    ['a word for a number', setting('rtsp-in', 'width'), 'wide', { key: 'number', limit: 0 }],
    ['part of a pixel', setting('rtsp-in', 'width'), '640.5', { key: 'integer', limit: 0 }],
    ['too narrow', setting('rtsp-in', 'width'), '159', { key: 'minimum', limit: 160 }],
    ['too wide', setting('rtsp-in', 'width'), 1921, { key: 'maximum', limit: 1920 }],
    ['a name with a blank', setting('sentinel-camera', 'name'), 'front door', { key: 'pattern', limit: 0 }],
    ['a missing name', setting('sentinel-camera', 'name'), '', { key: 'required', limit: 0 }],
    ['a long area', setting('sentinel-camera', 'area'), 'x'.repeat(65), { key: 'maxLength', limit: 64 }],
    ['an unknown transport', setting('sentinel-camera', 'transport'), 'sctp', { key: 'choice', limit: 0 }],
    ['no zones', setting('sentinel-camera', 'zones'), [], undefined],
    [
      'a zone of two corners',
      setting('sentinel-camera', 'zones'),
      [{ name: 'x', kind: 'zone', points: [corner, corner] }],
      { key: 'list', limit: 3, path: [0, 'points'] },
    ],
    [
      'a line of two corners',
      setting('sentinel-camera', 'zones'),
      [{ name: 'x', kind: 'line', points: [corner, corner] }],
      undefined,
    ],
    [
      'a corner beside the picture',
      setting('sentinel-camera', 'zones'),
      [{ name: 'x', kind: 'privacy', points: [corner, corner, { x: 0, y: 1.5 }] }],
      { key: 'maximum', limit: 1, path: [0, 'points', 2, 'y'] },
    ],
    ['a ticked box', setting('whatsapp-out', 'sendSnapshot'), false, undefined],
    ['the default rules', setting('fuse-severity', 'rules'), defaultRules, undefined],
    ['no rules', setting('fuse-severity', 'rules'), [], { key: 'list', limit: 1 }],
    [
      'a rule whose condition has no label',
      setting('fuse-severity', 'rules'),
      [{ id: 'x', enabled: true, severity: 3, all: [{ kind: 'object', label: '' }] }],
      { key: 'required', limit: 0, path: [0, 'all', 0, 'label'] },
    ],
    [
      'a rule without conditions',
      setting('fuse-severity', 'rules'),
      [{ id: 'x', enabled: true, severity: 3, all: [] }],
      { key: 'list', limit: 1, path: [0, 'all'] },
    ],
    [
      'a rule with an impossible score',
      setting('fuse-severity', 'rules'),
      [{ id: 'x', enabled: true, severity: 3, all: [{ kind: 'object', label: 'person', minimumScore: 1.5 }] }],
      { key: 'maximum', limit: 1, path: [0, 'all', 0, 'minimumScore'] },
    ],
  ];
  for (const [what, schema, value, expected] of cases) {
    test(what, () => {
      assert.deepEqual(faultOf(schema, value), expected && { path: [], ...expected });
    });
  }
});
