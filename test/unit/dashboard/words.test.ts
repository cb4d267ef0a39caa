import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { spans } from '../../../dashboard/history/history-columns.ts';
import { accountsSpeaker, auditWords, type AccountsWord } from '../../../dashboard/accounts/accounts-words.ts';
import { historySpeaker, type HistoryWord } from '../../../dashboard/history/history-words.ts';
import { labSpeaker, type LabWord } from '../../../dashboard/sound-lab/lab-words.ts';
import { rulesSpeaker, type RulesWord } from '../../../dashboard/rules/rules-words.ts';
import { systemSpeaker, type SystemWord } from '../../../dashboard/system/system-words.ts';
import { timeWords } from '../../../dashboard/time-words.ts';
import { viewSpeaker, type ViewWord } from '../../../dashboard/incidents/view/view-words.ts';
import { chooseLanguage, speaker, type Word } from '../../../dashboard/words.ts';
import { root } from '../../../scripts/build/paths.ts';
import { reviewStates } from '../../../src/contracts/api.ts';

describe('the words of the page', () => {
  test('are those of the first language of the browser that there are words in', () => {
    assert.deepEqual(chooseLanguage(['fr-FR', 'de-AT', 'en']), { tag: 'de-AT', language: 'de' });
    assert.deepEqual(chooseLanguage(['en-US', 'de']), { tag: 'en-US', language: 'en' });
    assert.deepEqual(chooseLanguage(['fr']), { tag: 'en-GB', language: 'en' });
    assert.deepEqual(chooseLanguage(['constructor']), { tag: 'en-GB', language: 'en' });
  });

  test('put fields in as they are', () => {
    assert.equal(speaker('en')('newMany', { n: 3 }), '3 new incidents');
    assert.equal(speaker('de')('other', { detail: '$& {n}' }), 'EchoSight meldet: $& {n}');
  });

  /** What the files of a page ask for by name; they are told by their paths below dashboard/. */
  function askedIn(isOfPage: (file: string) => boolean): string[] {
    const folder = join(root, 'dashboard');
    const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|vue)$/.test(file) && isOfPage(file))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
    return [...code.join('\n').matchAll(/\b(?:say|caption|tell|tellView)\('([\w-]+)'/g)].map(([, word = '']) => word);
  }
  const isOfHistory = (file: string): boolean => file.startsWith('history');
  const isOfSystem = (file: string): boolean => file.startsWith('system');
  const isOfAccounts = (file: string): boolean => file.startsWith('account');
  const isOfPerson = (file: string): boolean => file.startsWith('person');
  const isOfRules = (file: string): boolean => file.startsWith('rules');
  const isOfView = (file: string): boolean => file.startsWith(join('incidents', 'view'));
  const isOfLab = (file: string): boolean => file.startsWith('sound-lab') || file.startsWith('lab-');
  const others = [isOfLab, isOfHistory, isOfSystem, isOfAccounts, isOfPerson, isOfRules, isOfView];
  const fields = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

  test('are there for everything that the page asks for, with the same fields in both languages', () => {
    const asked = askedIn((file) => !others.some((isOfOther) => isOfOther(file)));
    assert.ok(asked.length > 30);
    const [english, german] = [speaker('en'), speaker('de')];
    for (const word of new Set([...asked.filter((name) => !['link', 'emptyHint'].includes(name)), ...reviewStates])) {
      assert.deepEqual(fields(english(word as Word)), fields(german(word as Word)), word);
    }
  });

  test('and so are those of the sound lab', () => {
    const asked = askedIn(isOfLab);
    assert.ok(asked.length > 30);
    // Fields that nobody gives are shown by their names.
    const named = { get: (_: object, name: string) => `{${name}}` };
    const all = new Proxy<Record<string, string>>({}, named);
    for (const word of new Set([...asked, 'validating', 'embedding', 'safe', 'danger']) as Set<LabWord>) {
      assert.deepEqual(fields(labSpeaker('en')(word, all)), fields(labSpeaker('de')(word, all)), word);
    }
  });

  test('and those of the page of the system', () => {
    const asked = askedIn(isOfSystem);
    assert.ok(asked.length > 15);
    const all = new Proxy<Record<string, string>>({}, { get: (_: object, name: string) => `{${name}}` });
    const named = ['ok', 'down', 'unused', 'camera', 'microphone', 'works', 'fails', 'well', 'ill'] as const;
    for (const word of new Set([...asked, ...named]) as Set<SystemWord>) {
      assert.deepEqual(fields(systemSpeaker('en')(word, all)), fields(systemSpeaker('de')(word, all)), word);
    }
  });

  test('and those of the accounts', () => {
    const asked = askedIn(isOfAccounts);
    assert.ok(asked.length > 50);
    const all = new Proxy<Record<string, string>>({}, { get: (_: object, name: string) => `{${name}}` });
    const named = ['viewer', 'operator', 'admin', 'viewerName', 'operatorName', 'adminName'] as const;
    for (const word of new Set([...asked, ...named, ...Object.values(auditWords)]) as Set<AccountsWord>) {
      assert.deepEqual(fields(accountsSpeaker('en')(word, all)), fields(accountsSpeaker('de')(word, all)), word);
    }
  });

  test('and those of the rules', () => {
    const asked = askedIn(isOfRules).filter((name) => !['tryAgain', 'loading'].includes(name));
    assert.ok(asked.length > 10);
    const all = new Proxy<Record<string, string>>({}, { get: (_: object, name: string) => `{${name}}` });
    for (const word of new Set([...asked, 'countsNow', 'off', 'mode', 'schedule']) as Set<RulesWord>) {
      assert.deepEqual(fields(rulesSpeaker('en')(word, all)), fields(rulesSpeaker('de')(word, all)), word);
    }
  });

  test('and those of the own view', () => {
    const asked = askedIn(isOfView).filter((name) => !name.includes('Severity'));
    assert.ok(asked.length > 10);
    const all = new Proxy<Record<string, string>>({}, { get: (_: object, name: string) => `{${name}}` });
    for (const word of new Set(asked) as Set<ViewWord>) {
      assert.deepEqual(fields(viewSpeaker('en')(word, all)), fields(viewSpeaker('de')(word, all)), word);
    }
  });

  test('and those of the history', () => {
    const asked = askedIn(isOfHistory).filter((name) => name !== 'by');
    assert.ok(asked.length > 15);
    const all = new Proxy<Record<string, string>>({}, { get: (_: object, name: string) => `{${name}}` });
    for (const word of new Set([...asked, ...spans, 'byhour', 'byday']) as Set<HistoryWord>) {
      assert.deepEqual(fields(historySpeaker('en')(word, all)), fields(historySpeaker('de')(word, all)), word);
    }
  });
});

describe('the times of the page', () => {
  const time = timeWords('en-GB', 'Europe/Berlin');
  const at = Date.UTC(2026, 10, 21, 9, 31, 4);

  test('are those of the zone of the browser', () => {
    assert.equal(time.clock(at), '10:31');
    assert.equal(time.exact(at), '10:31:04');
    assert.match(timeWords('en-US', 'America/New_York').clock(at), /^4:31\sAM$/);
    assert.equal(timeWords('de', 'America/New_York').clock(at), '04:31');
    assert.match(time.full(at), /Saturday.*21 November 2026.*10:31:04/);
  });

  test('say how long ago, and never speak of the future', () => {
    const ago = (ms: number) => time.relative(at, at + ms);
    assert.deepEqual([-5000, 0, 59_000].map(ago), ['now', 'now', 'now']);
    assert.deepEqual([60_000, 125_000, 3_600_000].map(ago), ['1 minute ago', '2 minutes ago', '1 hour ago']);
    assert.equal(ago(26 * 3_600_000), 'yesterday');
    assert.equal(timeWords('de', 'Europe/Berlin').relative(at, at + 125_000), 'vor 2 Minuten');
  });

  test('name the day by the calendar, also when a day has 25 hours', () => {
    assert.equal(time.day(at, at), 'Today');
    assert.equal(time.day(Date.UTC(2026, 10, 20, 22, 59), Date.UTC(2026, 10, 20, 23, 1)), 'Yesterday');
    assert.equal(time.day(Date.UTC(2026, 9, 24, 22, 30), Date.UTC(2026, 9, 25, 22, 30)), 'Today');
    assert.equal(time.day(at, at + 3 * 86_400_000), 'Saturday 21 November');
    assert.equal(time.day(at, at + 300 * 86_400_000), '21 November 2026');
  });

  test('say how long it lasted', () => {
    const ms = [400, 34_000, 60_000, 125_000, 3_600_000, 4_800_000];
    assert.deepEqual(ms.map(time.duration), ['0 s', '34 s', '1 min', '2 min 5 s', '1 h', '1 h 20 min']);
  });
});
