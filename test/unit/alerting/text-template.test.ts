import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTemplate, renderAlert, shortened } from '../../../src/alerting/text-template.ts';
import { WhatsAppOutConfig } from '../../../src/contracts/configs.ts';
import { incident } from './incident.ts';

describe('text of an alert', () => {
  test('the default template', () => {
    const { default: template } = WhatsAppOutConfig.properties.template as { default?: string };
    const text = renderAlert(template ?? '', incident(), 'Kiosk', 4096);
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
      renderAlert(template, incident({ severity: 2 }), 'Kiosk', 4096),
      'Warning|2|Kiosk|shop|Person and breaking glass|person+glass_break|front, yard|incident-1|87 %',
    );
  });

  test('the time is that of the start, in an update that of the update', () => {
    const start = renderAlert('{time}', incident(), '', 4096);
    const update = renderAlert('{time}', incident({ phase: 'update' }), '', 4096);
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
      assert.throws(() => renderAlert(template, incident(), '', 4096), { name: 'ES_BAD_CONFIG' });
    }
  });

  test('what a field holds is no template, and control characters in it do nothing', () => {
    const text = renderAlert('{label}', incident({ label: '{reason} $& \u0007\u001b[31m' }), '', 4096);
    assert.equal(text, '{reason} $&  [31m');
  });

  test('names and labels from outside cannot forge lines, turn the reading direction or fill the text', () => {
    const area = 'yard\nAll clear.\r\n\u2028http://evil.example \u202egnp\u200b';
    assert.equal(renderAlert('{area}!', incident({ area }), '', 4096), 'yard All clear. http://evil.example gnp!');
    for (const field of ['area', 'label', 'reason', 'incidentId', 'sources']) {
      const forged = incident({ area, label: area, reason: area, id: area, sources: [area] });
      assert.match(renderAlert(`{${field}}`, forged, area, 4096), /^[\x20-\x7e]+$/);
    }
    const explanation = ['A person was seen.\nAll clear.\u202e', 'Glass was heard.'];
    assert.equal(
      renderAlert('{explanation}', incident({ explanation }), '', 4096),
      'A person was seen. All clear.\nGlass was heard.',
    );
    assert.equal(renderAlert('{label}|', incident({ label: 'x'.repeat(999) }), '', 4096), `${'x'.repeat(199)}…|`);
  });

  test('an empty result falls back to the label', () => {
    assert.equal(renderAlert('{explanation}', incident({ explanation: [] }), '', 4096), 'Person and breaking glass');
  });

  test('too long a text is cut between characters as people see them', () => {
    assert.equal(shortened('abcdef', 6), 'abcdef');
    assert.equal(shortened('abcdefg', 6), 'abcde…');
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
    assert.equal(shortened(`ab${family}cd`, 6), 'ab…');
    const long = renderAlert(family.repeat(2000), incident(), '', 4096);
    assert.ok(long.length <= 4096 && long.isWellFormed());
    assert.equal(long.slice(0, -1), family.repeat((long.length - 1) / family.length));
  });
});
