import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkTemplate,
  fieldNames,
  renderAlert,
  shortened,
  textTemplates,
} from '../../../src/alerting/text-template.ts';
import { WhatsAppOutConfig } from '../../../src/contracts/configs.ts';
import { incident } from './incident.ts';

describe('text of an alert', () => {
  test('the default template', () => {
    const { default: template } = WhatsAppOutConfig.properties.template as { default?: string };
    const text = renderAlert(template ?? '', incident(), { siteName: 'Kiosk' }, 4096);
    const lines = text.split('\n');
    assert.equal(lines[0], 'Alarm at Kiosk, shop: Person and breaking glass');
    assert.match(lines[1] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, front, yard$/);
    assert.deepEqual(lines.slice(2), [
      '',
      'A person was seen by front (0.87).',
      'Breaking glass was heard by front (0.93).',
    ]);
  });

  test('every field', () => {
    const template = '{severityWord}|{severity}|{siteName}|{area}|{label}|{reason}|{sources}|{incidentId}|{confidence}';
    assert.equal(
      renderAlert(template, incident({ severity: 2 }), { siteName: 'Kiosk' }, 4096),
      'Warning|2|Kiosk|shop|Person and breaking glass|person+glass_break|front, yard|incident-1|87 %',
    );
  });

  test('the time is that of the start, in an update that of the update', () => {
    const start = renderAlert('{time}', incident(), { siteName: '' }, 4096);
    const update = renderAlert('{time}', incident({ phase: 'update' }), { siteName: '' }, 4096);
    assert.equal(Date.parse(update) - Date.parse(start), 5000);
  });

  test('an unknown field is a named error', () => {
    for (const template of ['{label} {wrong}', '{}', '{toString}', '{constructor}']) {
      assert.throws(
        () => {
          checkTemplate(template);
        },
        { name: 'ES_BAD_CONFIG', message: /does not exist/ },
      );
      assert.throws(() => renderAlert(template, incident(), { siteName: '' }, 4096), { name: 'ES_BAD_CONFIG' });
    }
  });

  test('what a field holds is no template, and control characters in it do nothing', () => {
    const text = renderAlert('{label}', incident({ label: '{reason} $& \u0007\u001b[31m' }), { siteName: '' }, 4096);
    assert.equal(text, '{reason} $&  [31m');
  });

  test('names and labels from outside cannot forge lines, turn the reading direction or fill the text', () => {
    const area = 'yard\nAll clear.\r\n\u2028http://evil.example \u202egnp\u200b';
    assert.equal(
      renderAlert('{area}!', incident({ area }), { siteName: '' }, 4096),
      'yard All clear. http://evil.example gnp!',
    );
    for (const field of ['area', 'label', 'reason', 'incidentId', 'sources']) {
      const forged = incident({ area, label: area, reason: area, id: area, sources: [area] });
      assert.match(renderAlert(`{${field}}`, forged, { siteName: area }, 4096), /^[\x20-\x7e]+$/);
    }
    const explanation = ['A person was seen.\nAll clear.\u202e', 'Glass was heard.'];
    assert.equal(
      renderAlert('{explanation}', incident({ explanation }), { siteName: '' }, 4096),
      'A person was seen. All clear.\nGlass was heard.',
    );
    assert.equal(
      renderAlert('{label}|', incident({ label: 'x'.repeat(999) }), { siteName: '' }, 4096),
      `${'x'.repeat(199)}…|`,
    );
  });

  test('an empty result falls back to the label', () => {
    assert.equal(
      renderAlert('{explanation}', incident({ explanation: [] }), { siteName: '' }, 4096),
      'Person and breaking glass',
    );
  });

  test('too long a text is cut between characters as people see them', () => {
    assert.equal(shortened('abcdef', 6), 'abcdef');
    assert.equal(shortened('abcdefg', 6), 'abcde…');
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
    assert.equal(shortened(`ab${family}cd`, 6), 'ab…');
    const long = renderAlert(family.repeat(2000), incident(), { siteName: '' }, 4096);
    assert.ok(long.length <= 4096 && long.isWellFormed());
    assert.equal(long.slice(0, -1), family.repeat((long.length - 1) / family.length));
  });

  test('the line of EchoSight has its parts in their places', () => {
    const evidence = (['snapshot', 'audio', 'snapshot'] as const).map((type, index) => {
      return { id: `id-${index}`, type, source: 'front', mime: 'image/jpeg', bytes: 1, sha256: '', capturedAt: 0 };
    });
    const place = { siteName: 'Kiosk', publicAddress: 'https://home.example/echosight' };
    const line = (from: typeof place | { siteName: string }, with_: object) =>
      renderAlert(textTemplates.echosight, incident(with_), from, 4096);
    assert.equal(
      line(place, { evidence }),
      'Kiosk 2023-11-14T22:13:20.000Z severity=3 reason=person+glass_break ' +
        'snapshot=https://home.example/echosight/api/v1/evidence/id-2 audio=https://home.example/echosight/api/v1/evidence/id-1',
    );
    assert.match(line(place, {}), / snapshot=- audio=-$/);
    assert.match(line({ siteName: 'Kiosk' }, { evidence }), / snapshot=- audio=-$/);
  });

  test('a text to begin with is the default of the node, and all hold only fields that exist', () => {
    const { template: setting } = WhatsAppOutConfig.properties;
    assert.equal(textTemplates.standard, (setting as { default?: unknown }).default);
    for (const template of Object.values(textTemplates)) checkTemplate(template);
    for (const name of fieldNames) checkTemplate(`{${name}}`);
  });
});
