import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TObject, TSchema } from 'typebox';
import { nodeConfigs, nodeCredentials, type NodeType } from '../../../src/contracts/configs.ts';
import { maskedSettings, type RunningNode } from '../../../src/site/masked-settings.ts';

const types = Object.keys(nodeConfigs) as NodeType[];
const secret = 'hunter2-Geheim';

/** Ways in which a secret stands in something that a user types. */
const shapes: readonly ((secret: string) => string)[] = [
  (word) => `rtsp://admin:${word}@192.0.2.7:554/stream`,
  (word) => `rtsp://admin:pa/ss@${word}@192.0.2.7/stream`,
  (word) => `https://hooks.example/services/${word}`,
  (word) => `https://relay.example/?token=${word}`,
  (word) => `https://relay.example/x#${word}`,
  (word) => `https://relay.example/x@${word}`,
  (word) => `rtsp://cam/user=admin_password=${word}_channel=1`,
  (word) => `{label}, see https://me:${word}@nas.example/x`,
];

/** Each text of settings is this one, wherever the schema has one. */
function filled(schema: TSchema, text: string): unknown {
  const { type, properties, items, anyOf } = schema as Partial<TObject> & { items?: TSchema; anyOf?: TSchema[] };
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([key, field]) => [key, filled(field, text)]));
  }
  if (type === ('array' as unknown)) return [items === undefined ? text : filled(items, text)];
  if (anyOf !== undefined) return anyOf.map((one) => filled(one, text));
  return type === ('number' as unknown) || type === ('integer' as unknown) || type === ('boolean' as unknown)
    ? 1
    : text;
}

function nodeOf(type: NodeType, text: string, credentials: Record<string, string> = {}): RunningNode {
  const settings = filled(nodeConfigs[type], text) as RunningNode['settings'];
  return { id: 'n1', type, name: text, settings, credentials };
}

describe('what admins are shown of settings', () => {
  for (const type of types) {
    test(`${type}: no secret in whatever text it stands`, () => {
      for (const shape of shapes) {
        const text = JSON.stringify(maskedSettings([nodeOf(type, shape(secret))]));
        assert.doesNotMatch(text, /hunter2|Geheim|pa\/ss/, text);
      }
    });

    test(`${type}: none of its credentials, nor those of another node`, () => {
      const fields = Object.keys((nodeCredentials as Record<string, object>)[type] ?? {});
      const own = Object.fromEntries(fields.map((field) => [field, `own-${field}-${secret}`]));
      const other = nodeOf('sentinel-camera', 'x', { username: 'somebody', password: secret });
      for (const word of [...Object.values(own), secret, encodeURIComponent(`${secret}/ö`)]) {
        const [shown] = maskedSettings([nodeOf(type, `before ${word} after`, own), other]);
        assert.doesNotMatch(JSON.stringify(shown), /hunter2|Geheim/);
        assert.deepEqual(
          shown?.secrets,
          fields.map((field) => ({ field, set: true })),
        );
      }
    });
  }

  test('what is no secret is shown', () => {
    const settings = {
      ...{ name: 'front', area: 'drive', address: 'rtsp://192.0.2.7:554/Streaming/Channels/101', frames: 5 },
      ...{ zones: [{ name: 'door', points: [[0, 0.5]] }], unknown: 'of another version' },
    };
    const [shown] = maskedSettings([
      {
        id: 'c',
        type: 'sentinel-camera',
        name: 'front',
        settings,
        credentials: { username: '', password: 'x'.repeat(9) },
      },
    ]);
    assert.deepEqual(shown, {
      ...{ id: 'c', type: 'sentinel-camera', name: 'front' },
      settings: {
        ...{ name: 'front', area: 'drive', address: 'rtsp://192.0.2.7:554/…' },
        zones: [{ name: 'door', points: [[0, 0.5]] }],
      },
      secrets: [
        { field: 'username', set: false },
        { field: 'password', set: true },
      ],
    });
    const recipients = [{ to: '+491701234567', name: 'Anna' }];
    const [account] = maskedSettings([
      { id: 'a', type: 'sentinel-sms-account', name: '', settings: { recipients }, credentials: {} },
    ]);
    assert.deepEqual(account?.settings, { recipients: [{ to: '***567', name: 'Anna' }] });
  });
});
