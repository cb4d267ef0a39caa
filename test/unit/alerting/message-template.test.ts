import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  languageFor,
  placeholdersIn,
  templateValues,
} from '../../../src/alerting/channels/whatsapp/message-template.ts';
import { TemplateBook } from '../../../src/alerting/channels/whatsapp/template-book.ts';
import { templateProposal } from '../../../src/alerting/channels/whatsapp/template-proposal.ts';
import { anotherForm } from '../../../src/alerting/channels/whatsapp/forms.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';
import { whatsAppAccount } from '../../../src/site/whatsapp-account.ts';
import { incident } from './incident.ts';

const place = { siteName: 'Kiosk', timeZone: 'UTC' };
const shape = { name: 'alert', languages: ['en', 'de'], header: true, buttons: true };

const refusal = (code: number, message = '') => ({ code, message });

describe('a message template', () => {
  test('is sent in the language of the person, else in the nearest, else in its first', () => {
    assert.equal(languageFor({ languages: ['en', 'de'] }, 'de'), 'de');
    assert.equal(languageFor({ languages: ['en_US', 'de_AT'] }, 'de'), 'de_AT');
    assert.equal(languageFor({ languages: ['fr', 'it'] }, 'de'), 'fr');
  });

  test('has on one line, short enough and never empty what stands in its places', () => {
    const row = { body: 'a\n\tb     c', incident_json: JSON.stringify(incident({ sources: [] })) };
    const values = templateValues({ parameters: ['{text}', '{sources}', '{siteName}: {label}'] }, row, place);
    assert.deepEqual(values, ['a b c', 'Person and breaking glass', 'Kiosk: Person and breaking glass']);
    const [long = ''] = templateValues(
      { parameters: ['{text}'] },
      { body: 'x'.repeat(4000), incident_json: null },
      place,
    );
    assert.equal(long.length, 800);
    assert.deepEqual(
      templateValues({ parameters: ['{area}', '{time}'] }, { body: 'three alerts', incident_json: null }, place),
      ['three alerts', 'three alerts'],
    );
  });

  test('has placeholders with names where each line gives one, else numbers', () => {
    assert.deepEqual(placeholdersIn(['{{site}} = {siteName}', '{{ what }}={label}, {time}']), {
      ...{ names: ['site', 'what'], parameters: ['{siteName}', '{label}, {time}'] },
    });
    assert.deepEqual(placeholdersIn(['severity={severity}', '{text}']), {
      parameters: ['severity={severity}', '{text}'],
    });
    for (const wrong of [
      ['{{site}} = {siteName}', '{label}'],
      ['{{a}} = 1', '{{a}} = 2'],
    ]) {
      assert.throws(() => placeholdersIn(wrong), { name: 'ES_BAD_CONFIG' });
    }
  });

  test('has languages and placeholders of its own where it is the second, else those of the first', () => {
    const first = { templateName: 'alarm', templateLanguage: 'de', templateParameters: '{area}', templateHeader: true };
    const templatesOf = (settings: object) =>
      whatsAppAccount({
        id: 'a',
        config: readConfig(
          'sentinel-whatsapp-account',
          { phoneNumberId: '1', recipients: '+15550100001', ...first, ...settings },
          () => undefined,
        ),
        credentials: { accessToken: 't' },
      }).graph.templates;
    const alarm = { ...{ name: 'alarm', languages: ['de'], parameters: ['{area}'] }, header: true, buttons: false };
    assert.deepEqual(templatesOf({ secondTemplateName: 'plain' }), [alarm, { ...alarm, name: 'plain', header: false }]);
    const own = { secondTemplateLanguage: 'en_US, fr', secondTemplateParameters: '{{what}} = {text}' };
    assert.deepEqual(templatesOf({ secondTemplateName: 'plain', ...own })[1], {
      ...{ name: 'plain', languages: ['en_US', 'fr'], header: false, buttons: false },
      ...{ parameters: ['{text}'], names: ['what'] },
    });
    assert.throws(() => templatesOf({ secondTemplateName: 'plain', secondTemplateParameters: '{{a}} = {sight}' }), {
      name: 'ES_BAD_CONFIG',
    });
  });

  test('that was refused is passed over for an hour, in that language alone, and used again when it is well', () => {
    let now = 0;
    const templates = ['first', 'second'].map((name) => ({ ...shape, name, parameters: ['{text}'] }));
    const book = new TemplateBook(templates, () => now);
    assert.equal(book.usable(0, 'en'), 0);
    book.refused(0, 'en', refusal(132015));
    book.refused(0, 'de', refusal(131026));
    assert.deepEqual([book.usable(0, 'en'), book.usable(0, 'de')], [1, 0]);
    assert.deepEqual(book.faults, ['first (en) is paused']);
    now = 3_600_000;
    assert.equal(book.usable(0, 'en'), 0);
    book.heard('first', [{ language: 'en', status: 'DISABLED' }]);
    assert.deepEqual(book.faults, ['first (en) is disabled', 'first (de) does not exist']);
    book.refused(1, 'en', refusal(132001));
    assert.equal(book.usable(0, 'en'), 0, 'where none can be sent the first is tried');
    book.heard(
      'first',
      ['en', 'de'].map((language) => ({ language, status: 'APPROVED' })),
    );
    assert.deepEqual(book.faults, ['second (en) does not exist']);
  });

  test('changes as the table of errors says, each form once', () => {
    const ways = { templates: 2, listens: true };
    const next = (code: number, part: 'text' | 'image', form: string | null, given = ways) =>
      anotherForm(refusal(code), { part, form }, given)?.form;
    assert.equal(next(131047, 'text', null), 'template-1');
    assert.equal(next(131047, 'text', 'free'), 'template-1');
    assert.equal(next(131047, 'text', 'template-1'), undefined);
    assert.equal(next(131047, 'text', 'free', { ...ways, templates: 0 }), undefined);
    for (const code of [132000, 132001, 132005, 132007, 132012, 132015, 132016, 131053]) {
      assert.equal(next(code, 'text', 'template-1'), 'template-2', String(code));
      assert.equal(next(code, 'text', 'template-2'), undefined);
      assert.equal(next(code, 'text', 'free'), undefined);
    }
    assert.equal(next(131026, 'text', 'template-1'), undefined);
    const nameless = refusal(100, '(#100) Invalid parameter; Parameter name is missing or empty');
    assert.equal(anotherForm(nameless, { part: 'text', form: 'template-1' }, ways)?.form, 'template-2');
    assert.equal(next(100, 'text', 'template-1'), undefined, 'a request that is wrong for another reason');
    assert.equal(next(131047, 'image', null), 'held');
    assert.equal(next(131047, 'image', null, { ...ways, listens: false }), undefined);
  });
});

describe('the text of a template to be handed in', () => {
  const sample = { incident: incident(), place, text: 'Alarm at Kiosk\nshop' };

  test('with one variable is the well-known one', () => {
    const { category, components } = templateProposal(
      { name: 'echosight_alert', parameters: ['{text}'], header: false, buttons: false },
      'de_AT',
      sample,
    );
    assert.equal(category, 'UTILITY');
    assert.deepEqual(components, [
      {
        ...{ type: 'BODY', text: 'Sicherheitsalarm: {{1}} Bitte nachsehen.' },
        example: { body_text: [['Alarm at Kiosk shop']] },
      },
    ]);
  });

  test('with names has them in its body and in its samples', () => {
    const named = placeholdersIn(['{{site}} = {siteName}', '{{what}} = {label}']);
    const shown = { ...named, name: 'echosight_alert', header: false, buttons: false };
    assert.deepEqual(templateProposal(shown, 'en', sample), {
      ...{ name: 'echosight_alert', language: 'en', category: 'UTILITY', parameter_format: 'NAMED' },
      components: [
        {
          type: 'BODY',
          text: 'Security alert of your alarm system.\nSite: {{site}}\nWhat: {{what}}\nPlease check what has happened.',
          example: {
            body_text_named_params: [
              { param_name: 'site', example: 'Kiosk' },
              { param_name: 'what', example: 'Person and breaking glass' },
            ],
          },
        },
      ],
    });
  });

  test('with details, picture and buttons keeps the rules of Meta', () => {
    const parameters = ['{siteName}', '{area}', '{label} {severity}'];
    const proposal = templateProposal({ ...shape, parameters }, 'en', sample);
    const [header, body, buttons] = proposal.components as Record<string, unknown>[];
    assert.deepEqual(header, {
      ...{ type: 'HEADER', format: 'IMAGE' },
      example: { header_handle: ['HANDLE_OF_A_SAMPLE_PICTURE'] },
    });
    const words = body?.text as string;
    assert.equal(
      words,
      'Security alert of your alarm system.\nSite: {{1}}\nArea: {{2}}\nDetails: {{3}}\nPlease check what has happened.',
    );
    assert.ok(!/^\{\{|\}\}$|\}\}\s*\{\{/.test(words) && words.length < 1024);
    assert.deepEqual(body?.example, { body_text: [['Kiosk', 'shop', 'Person and breaking glass 3']] });
    assert.deepEqual(buttons, {
      type: 'BUTTONS',
      buttons: ['Acknowledge', 'Talk', 'Dismiss'].map((text) => ({ type: 'QUICK_REPLY', text })),
    });
  });
});
