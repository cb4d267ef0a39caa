import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules, type Rule } from '../../../src/contracts/configs.ts';
import type { StreamStatusName } from '../../../src/contracts/messages.ts';
import { BenchArea, streamStatus } from './bench-area.ts';

describe('a camera that is offline', () => {
  test('is told after 60 s by the clock alone, through all its retries', () => {
    const area = new BenchArea();
    area.stream('connected');
    area.wait(10_000);
    const retries: StreamStatusName[] = ['stalled', 'backing-off', 'connecting', 'backing-off', 'not-found'];
    for (const status of retries) {
      area.stream(status);
      area.wait(10_000);
    }
    assert.deepEqual(area.story, []);
    area.wait(9999);
    assert.deepEqual(area.story, []);
    area.wait(1);
    assert.deepEqual(area.story, ['start 2 offline']);
    assert.ok(area.last.explanation.includes('cam is offline since 12:00:10.0, for 60 s or more (not-found).'));
  });

  test('is one open incident for as long as it stays away, told once, and ends when it was back for the quiet time', () => {
    const area = new BenchArea();
    area.stream('stalled');
    for (let minute = 0; minute < 600; minute += 1) {
      area.wait(60_000);
      area.stream(minute % 2 === 0 ? 'connecting' : 'backing-off');
    }
    assert.deepEqual(area.story, ['start 2 offline', 'evidence 2 offline']);
    assert.equal(area.engine.statusLine(), 'sev 2 offline · hall');
    const back = area.clock.now();
    area.stream('connected');
    area.wait(29_999);
    assert.equal(area.story.length, 2);
    area.wait(1);
    assert.equal(area.story.at(-1), 'end 2 offline');
    assert.equal(area.last.endedAt, back);
    assert.match(area.last.explanation.at(-1) ?? '', /^Ended: it lasted until 22:00:00.0\.$/);
    assert.equal(area.clock.waiting, 0);
  });

  test('is told by who was deployed since, as if it had heard of it at once, and by nobody twice', () => {
    const area = new BenchArea();
    area.wait(1000);
    const at = area.clock.now();
    area.stream('backing-off');
    area.wait(120_000);
    const story = area.story;
    assert.equal(story[0], 'start 2 offline');
    const said = { ...streamStatus('backing-off', { capturedAt: at }), repeated: true } as const;
    area.engine.accept(said);
    area.wait(120_000);
    assert.deepEqual(area.story, story);
    const late = new BenchArea();
    const hours = late.clock.now() - 3 * 3_600_000;
    late.engine.accept({ ...said, capturedAt: hours });
    assert.deepEqual(late.story, ['start 2 offline']);
    assert.match(late.last.explanation.join(' '), /cam is offline since 09:00:00\.0/);
  });

  test('that comes back for moments only is the same incident', () => {
    const area = new BenchArea();
    for (let time = 0; time < 20; time += 1) {
      area.stream('stalled');
      area.wait(100_000);
      area.stream('connected');
      area.wait(10_000);
    }
    assert.deepEqual(area.alerts, ['start 2 offline']);
  });

  test('hides nothing that others see or hear meanwhile, and is not ended by it', () => {
    const area = new BenchArea();
    area.stream('stalled');
    area.wait(60_000);
    for (let day = 0; day < 2; day += 1) {
      area.wait(600_000);
      area.hear({ glass_break: 0.8 }, { source: 'cam2' });
    }
    area.wait(60_000);
    const pane = ['start 2 glass_break', 'end 2 glass_break'];
    assert.deepEqual(area.alerts, ['start 2 offline', ...pane, ...pane]);
    area.stream('connected');
    area.wait(30_000);
    assert.equal(area.alerts.at(-1), 'end 2 offline');
  });

  test('that was taken out of the flow ends its incident', () => {
    const area = new BenchArea();
    area.stream('stalled');
    area.wait(3_600_000);
    area.stream('stopped');
    area.wait(30_000);
    assert.deepEqual(area.alerts, ['start 2 offline', 'end 2 offline']);
  });

  test('is told anew when it was back between', () => {
    const area = new BenchArea();
    for (let day = 0; day < 2; day += 1) {
      area.stream('stalled');
      area.wait(300_000);
      area.stream('connected');
      area.wait(300_000);
    }
    assert.deepEqual(area.alerts, ['start 2 offline', 'end 2 offline', 'start 2 offline', 'end 2 offline']);
    assert.equal(area.clock.waiting, 0);
  });

  test('that comes back in time is not told', () => {
    const area = new BenchArea();
    area.stream('stalled');
    area.wait(59_000);
    area.stream('connected');
    area.wait(600_000);
    assert.deepEqual(area.story, []);
    assert.equal(area.clock.waiting, 0);
  });

  test('is not one that was stopped, paused or is idle', () => {
    for (const status of ['stopped', 'paused', 'idle'] as const) {
      const area = new BenchArea();
      area.stream('backing-off');
      area.wait(30_000);
      area.stream(status);
      area.wait(600_000);
      assert.deepEqual(area.story, [], status);
    }
  });

  test('has an incident of its own beside that of another one', () => {
    const area = new BenchArea();
    area.stream('stalled', { source: 'cam1' });
    area.wait(3_600_000);
    area.stream('stalled', { source: 'cam2' });
    area.wait(60_000);
    assert.deepEqual(area.alerts, ['start 2 offline', 'start 2 offline']);
    assert.deepEqual(area.last.sources, ['cam2']);
    assert.equal(area.engine.statusLine(), 'sev 2 offline · hall (+1)');
    area.stream('connected', { source: 'cam1' });
    area.wait(3_600_000);
    assert.deepEqual([area.alerts.at(-1), area.last.sources], ['end 2 offline', ['cam1']]);
    area.engine.close();
    assert.deepEqual([area.alerts.at(-1), area.last.sources], ['end 2 offline', ['cam2']]);
    assert.equal(area.clock.waiting, 0);
  });

  test('can be combined with something seen', () => {
    const rules: Rule[] = [
      {
        ...{ id: 'cut', enabled: true, severity: 3 },
        all: [
          { kind: 'stream', label: 'offline', forSeconds: 5 },
          { kind: 'sound', label: 'glass_break' },
        ],
      },
    ];
    const before = new BenchArea({ rules });
    before.stream('stalled');
    before.wait(4000);
    before.hear({ glass_break: 0.8 }, { source: 'mic' });
    before.wait(1000);
    assert.deepEqual(before.story, ['start 3 offline+glass_break']);

    const after = new BenchArea({ rules });
    after.stream('stalled');
    after.wait(60_000);
    assert.deepEqual(after.story, []);
    after.hear({ glass_break: 0.8 }, { source: 'mic' });
    assert.deepEqual(after.story, ['start 3 offline+glass_break']);
  });

  test('a rule may ask for one status by name', () => {
    const rules: Rule[] = [
      {
        id: 'login',
        enabled: true,
        severity: 1,
        all: [{ kind: 'stream', label: 'unauthorised' }],
        label: 'Wrong login',
      },
    ];
    const area = new BenchArea({ rules });
    area.stream('backing-off');
    assert.deepEqual(area.story, []);
    area.stream('unauthorised');
    assert.equal(area.last.label, 'Wrong login');
  });
});

describe('the detector is down', () => {
  test('motion alone says nothing, motion with the detector down alerts', () => {
    const area = new BenchArea();
    area.cue('motion', 0.5);
    area.wait(10_000);
    assert.deepEqual(area.story, []);
    area.cue('detector-down');
    area.cue('motion', 0.5);
    assert.deepEqual(area.story, ['start 1 motion+detector-down']);
    assert.equal(area.last.confidence, 0.5);
  });

  test('a cue of score 0 says that it is over', () => {
    const area = new BenchArea();
    area.cue('tamper', 0);
    assert.deepEqual(area.story, []);
  });
});

describe('a camera that was tampered with', () => {
  test('is a warning that says what is wrong with its picture and since when', () => {
    const area = new BenchArea();
    area.wait(30_000);
    area.cue('tamper', 1, { features: { kind: 'black', since: area.clock.now() - 20_000, brightness: 2 } });
    assert.deepEqual(area.story, ['start 2 tamper']);
    assert.equal(area.last.label, 'Camera tampered with');
    assert.ok(area.last.explanation.includes('The picture of cam has been black since 12:00:10.0, score 1.00.'));
  });

  const covered = { features: { kind: 'covered' } };

  test('is one open incident for as long as that lasts, told once, and ends when it was over for the quiet time', () => {
    const area = new BenchArea();
    area.cue('tamper', 0.9, covered);
    area.wait(8 * 3_600_000);
    assert.deepEqual(area.story, ['start 2 tamper', 'evidence 2 tamper']);
    assert.equal(area.engine.statusLine(), 'sev 2 tamper · hall');
    const over = area.clock.now();
    area.cue('tamper', 0, covered);
    area.wait(29_999);
    assert.equal(area.story.length, 2);
    area.wait(1);
    assert.equal(area.story.at(-1), 'end 2 tamper');
    assert.equal(area.last.endedAt, over);
    assert.match(area.last.explanation.at(-1) ?? '', /^Ended: it lasted until 20:00:00.0\.$/);
    assert.equal(area.clock.waiting, 0);
  });

  test('is not told anew when another node says it too, when the kind changes, or when it is uncovered for moments', () => {
    const area = new BenchArea();
    area.cue('tamper', 0.9, covered);
    area.wait(3_600_000);
    area.cue('tamper', 0.9, covered);
    area.cue('tamper', 1, { features: { kind: 'black' } });
    area.wait(3_600_000);
    area.cue('tamper', 0, covered);
    area.wait(20_000);
    area.cue('tamper', 0.9, covered);
    area.wait(3_600_000);
    assert.deepEqual(area.alerts, ['start 2 tamper']);
    area.engine.close();
    assert.deepEqual(area.alerts, ['start 2 tamper', 'end 2 tamper']);
    assert.equal(area.clock.waiting, 0);
  });

  test('is told anew when it was in order between', () => {
    const area = new BenchArea();
    for (let day = 0; day < 2; day += 1) {
      area.cue('tamper', 0.9, covered);
      area.wait(300_000);
      area.cue('tamper', 0, covered);
      area.wait(300_000);
    }
    assert.deepEqual(area.alerts, ['start 2 tamper', 'end 2 tamper', 'start 2 tamper', 'end 2 tamper']);
  });

  test('hides nothing that is seen or heard meanwhile, and is not ended by it', () => {
    const area = new BenchArea();
    area.cue('tamper', 0.9, covered);
    area.wait(600_000);
    area.hear({ glass_break: 0.8 });
    area.wait(600_000);
    assert.deepEqual(area.alerts, ['start 2 tamper', 'start 2 glass_break', 'end 2 glass_break']);
    assert.equal(area.engine.statusLine(), 'sev 2 tamper · hall');
  });

  test('and then cut off stays one incident, with a second reason, until both are over', () => {
    const area = new BenchArea();
    area.stream('connected');
    area.cue('tamper', 0.9, covered);
    area.wait(60_000);
    area.stream('stalled');
    area.wait(3_600_000);
    assert.deepEqual(area.alerts, ['start 2 tamper', 'update 2 offline']);
    area.stream('connected');
    area.wait(3_600_000);
    assert.equal(area.alerts.length, 2, 'it is still covered');
    area.cue('tamper', 0, covered);
    area.wait(30_000);
    assert.deepEqual(area.alerts.slice(2), ['end 2 offline']);
  });

  test('ends its incident when somebody switches it off: nobody knows what it would show', () => {
    for (const status of ['stopped', 'paused'] as const) {
      const area = new BenchArea();
      area.cue('tamper', 0.9, covered);
      area.wait(3_600_000);
      area.stream(status);
      area.wait(30_000);
      assert.deepEqual(area.alerts, ['start 2 tamper', 'end 2 tamper'], status);
    }
  });

  test('counts for as long as it lasts in rules that ask for more', () => {
    const rules: Rule[] = [
      {
        ...{ id: 'blind', enabled: true, severity: 3 },
        all: [
          { kind: 'cue', label: 'tamper', minimumScore: 0.8, forSeconds: 10 },
          { kind: 'sound', label: 'glass_break' },
        ],
      },
    ];
    const area = new BenchArea({ rules });
    area.cue('tamper', 0.7, covered);
    area.wait(20_000);
    area.hear({ glass_break: 0.8 }, { source: 'mic' });
    assert.deepEqual(area.story, [], 'not sure enough');
    area.wait(10_000);
    area.cue('tamper', 0.9, covered);
    area.wait(600_000);
    area.hear({ glass_break: 0.8 }, { source: 'mic' });
    assert.deepEqual(area.story, ['start 3 tamper+glass_break']);
  });

  test('by a detector that does not say what is wrong, nor when it is over, is a moment', () => {
    const area = new BenchArea();
    area.cue('tamper', 0.8);
    area.wait(30_000);
    area.cue('tamper', 0.8);
    assert.deepEqual(area.alerts, ['start 2 tamper', 'end 2 tamper', 'start 2 tamper']);
  });

  test('by a detector of somebody else is told too, whatever its features are', () => {
    for (const features of [
      {},
      { kind: 'constructor' },
      { kind: 'white', since: 1e300 },
      { kind: 'white', since: 'now' },
    ]) {
      const area = new BenchArea();
      area.cue('tamper', 0.8, { features });
      assert.deepEqual(area.story, ['start 2 tamper']);
      const expected = features.kind === 'white' ? 'The picture of cam has been white since' : 'Cue tamper from cam at';
      assert.ok(area.last.explanation[1]?.startsWith(`${expected} 12:00:00.0`), area.last.explanation[1]);
    }
  });
});

describe('outside signals', () => {
  const rules: Rule[] = [
    ...defaultRules,
    {
      ...{ id: 'door', enabled: true, severity: 3, label: 'Person at the open door' },
      all: [
        { kind: 'signal', label: 'door' },
        { kind: 'object', label: 'person', minimumScore: 0.6 },
      ],
    },
  ];

  test('match by signal or by label', () => {
    for (const [signal, label] of [
      ['door', 'open'],
      ['contact', 'door'],
    ] as const) {
      const area = new BenchArea({ rules });
      area.see({ person: 0.7 });
      area.signal(signal, label);
      assert.equal(area.last.reason, 'door+person');
      assert.equal(area.last.label, 'Person at the open door');
    }
  });

  test('a score below the minimum of the condition does not count, and that is said', () => {
    const area = new BenchArea({
      rules: rules.map((rule) => ({ ...rule, severity: rule.id === 'glass_break' ? 1 : 3 })),
    });
    area.see({ person: 0.5 });
    area.signal('door', 'open');
    assert.deepEqual(area.story, []);
  });

  test('a closed door (score 0) and labels that no rule knows say nothing', () => {
    const area = new BenchArea({ rules });
    area.see({ person: 0.9 });
    area.signal('door', 'closed', 0);
    area.signal('window', 'open');
    assert.deepEqual(area.story, []);
  });
});

describe('the rule list', () => {
  test('a disabled rule does not hold', () => {
    const rules = defaultRules.map((rule) => (rule.id === 'glass_break' ? { ...rule, enabled: false } : rule));
    const area = new BenchArea({ rules });
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, []);
    area.watch({ person: 0.9 }, 400);
    assert.equal(area.last.reason, 'person+glass_break');
  });

  test('a rule without words of its own gets those of its labels', () => {
    const rules: Rule[] = [{ id: 'x', enabled: true, severity: 1, all: [{ kind: 'sound', label: 'glass_break' }] }];
    const area = new BenchArea({ rules });
    area.hear({ glass_break: 0.8 });
    assert.equal(area.last.label, 'Glass break');
  });

  test('N greater than M asks for N of the last N', () => {
    const rules: Rule[] = [
      { id: 'x', enabled: true, severity: 1, all: [{ kind: 'object', label: 'cat', seenTimes: { n: 3, of: 1 } }] },
    ];
    const area = new BenchArea({ rules });
    area.watch({ cat: 0.9 }, 400);
    assert.deepEqual(area.story, []);
    area.see({ cat: 0.9 });
    assert.deepEqual(area.story, ['start 1 cat']);
  });
});

describe('a microphone that is too quiet or too loud for long', () => {
  const rule = (label: string): Rule => ({ id: label, enabled: true, severity: 1, all: [{ kind: 'cue', label }] });
  const features = {
    kind: 'level',
    dbfs: -100,
    limitDbfs: -85,
    seconds: 60,
    since: new Date(2026, 0, 1, 11, 59).getTime(),
  };

  test('has an incident that lasts until it is over, beside what happens meanwhile', () => {
    const area = new BenchArea({ rules: [rule('silence'), ...defaultRules] });
    area.cue('silence', 1, { source: 'mic', features });
    assert.deepEqual(area.story, ['start 1 silence']);
    const sentence =
      'mic hears quieter than -85 dBFS since 11:59:00.0 (-100 dBFS): is the microphone muted, covered or dead?';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
    area.wait(600_000);
    area.hear({ glass_break: 0.9 }, { source: 'cam' });
    assert.deepEqual(area.alerts, ['start 1 silence', 'start 2 glass_break']);
    area.cue('silence', 0, { source: 'mic', features });
    area.wait(60_000);
    assert.deepEqual(area.alerts.slice(2).toSorted(), ['end 1 silence', 'end 2 glass_break']);
  });

  test('a cue of that name that is not ours is a moment', () => {
    const area = new BenchArea({ rules: [rule('noise')] });
    area.cue('noise', 1);
    area.wait(60_000);
    assert.deepEqual(area.alerts, ['start 1 noise', 'end 1 noise']);
  });
});

describe('what people do in zones', () => {
  const rule = (label: string, more: Partial<Rule['all'][number]> = {}): Rule => {
    return { id: label, enabled: true, severity: 2, all: [{ kind: 'cue', label, ...more }] };
  };
  const features = { zone: 'gate', label: 'person', trackId: '7', dwellSeconds: 30.2 };

  test('is asked for in any zone or in one, and explained in words', () => {
    const area = new BenchArea({ rules: [rule('loiter gate')] });
    area.cue('loiter', 0.8, { features: { ...features, zone: 'yard' } });
    assert.deepEqual(area.story, []);
    area.cue('loiter', 0.8, { features });
    assert.deepEqual(area.story, ['start 2 loiter gate']);
    const sentence = 'Person #7 stays in the zone gate of cam at 12:00:00.0, after 30.2 s in it, score 0.80.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));

    const anywhere = new BenchArea({ rules: [rule('loiter')] });
    anywhere.cue('loiter', 0.8, { features });
    assert.deepEqual(anywhere.story, ['start 2 loiter']);
  });

  test('at a line is asked for in one direction', () => {
    const area = new BenchArea({ rules: [rule('line-cross gate out')] });
    const cross = (direction: string): void => {
      area.cue('line-cross', 0.8, { features: { zone: 'gate', label: 'person', trackId: '7', direction } });
    };
    cross('in');
    assert.deepEqual(area.story, []);
    cross('out');
    assert.deepEqual(area.story, ['start 2 line-cross gate out']);
    assert.match(area.last.explanation[1] ?? '', /^Person #7 crossed the line gate \(out\) of cam at /);
  });

  test('is counted as a rate', () => {
    const area = new BenchArea({ rules: [rule('zone-enter gate', { rate: { times: 3, seconds: 60 } })] });
    const enter = (): void => {
      area.cue('zone-enter', 0.8, { features: { zone: 'gate', label: 'person', trackId: '7' } });
    };
    for (let time = 0; time < 4; time += 1) {
      enter();
      area.wait(31_000);
    }
    assert.deepEqual(area.story, [], 'twice a minute is not three times');
    enter();
    area.wait(10_000);
    enter();
    assert.deepEqual(area.story, ['start 2 zone-enter gate']);
    assert.match(area.last.explanation[1] ?? '', /^Person #7 entered the zone gate of cam at .*, 3 times in 60 s\.$/);
  });
});
