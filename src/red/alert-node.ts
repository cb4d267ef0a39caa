import { DryRun, type WouldBe } from '../alerting/dry-run.ts';
import type { KeptMedia } from '../alerting/follow-ups.ts';
import type { AlertAccount, ChannelKind } from '../alerting/alert-channel.ts';
import type { AlertLanguage } from '../alerting/alert-words.ts';
import { heartbeatOf, heartbeatTemplate } from '../alerting/heartbeat.ts';
import type { Person } from '../alerting/people.ts';
import type { AlertSchedule, Unless } from '../alerting/schedule.ts';
import { checkTemplate, clockTime } from '../alerting/text-template.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { assertKind, isSamples, kindOf, topicOf } from '../contracts/guards.ts';
import type { Delivery, Incident } from '../contracts/messages.ts';
import { readSnoozeCommand, readSnoozeReview } from '../contracts/snooze.ts';
import { acquireAlerts, type AlertsLease } from '../site/account-alerts.ts';
import { everyDay } from '../site/every-day.ts';
import type { NodeHandlers } from './define-node.ts';
import type { NodeContext } from './node-context.ts';
import type { RedMessage } from './node-red.ts';

/** Settings of a node that alerts. */
interface AlertSettings {
  dryRun: boolean;
  minimumSeverity: number;
  cooldownSeconds: number;
  template: string;
  heartbeatAt?: string;
  sendSnapshot?: boolean;
  language?: AlertLanguage;
  sendWhen?: 'at-once' | `not-${Unless}`;
  waitAlarm?: number;
  waitWarning?: number;
  waitNotice?: number;
  nextPersonSeconds?: number;
  rounds?: number;
  /** Of channels that take them. */
  buttons?: boolean;
  sendVoice?: boolean;
  sendVideo?: boolean;
}

type Context = Pick<NodeContext<'sentinel-sms-out'>, 'id' | 'site' | 'send' | 'status' | 'fail'> & {
  config: AlertSettings;
};

/** What a node of one channel brings along. */
export interface AlertWay {
  kind: ChannelKind;
  /** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work. */
  account: () => AlertAccount;
  /** Whom it would tell; empty while there is no account. @throws SentinelError ES_BAD_CONFIG */
  people: () => readonly Person[];
}

/**
 * What every node that alerts does: incidents become messages, what became of them leaves by its outputs, and deliveries
 * of another channel that failed or are late make it tell at once.
 * @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS
 */
export function alertNode(node: Context, way: AlertWay): NodeHandlers {
  checkTemplate(node.config.template);
  return node.config.dryRun ? tryOut(node, way) : tell(node, way);
}

function tell(node: Context, way: AlertWay): NodeHandlers {
  const site = node.site();
  const account = way.account();
  node.status('idle', 'waiting');
  // Stays visible for as long as it lasts, whatever is sent meanwhile.
  let trouble: string | undefined;
  let fault: string | undefined;
  let warning: string | undefined;
  const show: typeof node.status = (look, key, params) => {
    if (trouble !== undefined) node.status('down', 'down', { why: trouble });
    else if (fault !== undefined) node.status('down', 'unwell', { why: fault });
    else if (warning !== undefined && key === 'waiting') node.status('strained', 'warned', { why: warning });
    else node.status(look, key, params);
  };
  const alerts = acquireAlerts(site, account, {
    node: node.id,
    buttons: node.config.buttons === true ? (node.config.language ?? 'en') : undefined,
    delivered(delivery, { error, incident }) {
      const message = { topic: topicOf(delivery), payload: delivery, ...(incident === undefined ? {} : { incident }) };
      const { status, error: reason, because = '' } = delivery;
      const recipient = delivery.name ?? delivery.recipient;
      if (reason === undefined) {
        node.send([message, null]);
        if (status === 'withheld') show('idle', status, { recipient, why: because });
        else show('running', status, { recipient });
      } else {
        // Failed for good, or late: a flow may try another way.
        node.send([null, message]);
        show('down', status === 'queued' ? 'unsent' : status, { recipient });
      }
      if (error !== undefined) node.fail(error, message);
    },
    down(error) {
      trouble = error.message;
      show('down', 'down');
      node.fail(error);
    },
    up() {
      trouble = undefined;
      show('idle', 'waiting');
    },
    unwell(error) {
      fault = error.message;
      show('down', 'unwell');
      node.fail(error);
    },
    warned(told) {
      warning = told?.error.message;
      show('idle', 'waiting');
      if (told?.isGrave === true) node.fail(told.error);
      else if (told !== undefined) site.log.warn(told.error.toString());
    },
    well() {
      fault = undefined;
      show('idle', 'waiting');
    },
  });

  const endSnooze = site.snooze.watch(() => {
    const until = site.snooze.last;
    const { timeZone } = site;
    if (until === undefined) show('idle', 'waiting');
    else show('idle', 'snoozed', { until: clockTime(until, timeZone === '' ? {} : { timeZone }) });
  });

  const alert = async (incident: Incident, image: unknown, schedule: AlertSchedule): Promise<void> => {
    const policy = { ...policyOf(node), node: node.id, schedule };
    const decision = await alerts.alert(incident, Buffer.isBuffer(image) ? image : undefined, policy);
    // That an incident has ended is no news: what became of its alert stays there.
    if (!decision.send && decision.cause !== 'phase') show('running', 'held', { why: decision.why });
  };

  const beat = async (day: string): Promise<void> => {
    const { language = 'en' } = node.config;
    const incident = heartbeatOf(await site.report(), { day, now: site.tools.clock.now(), language });
    const own = { template: heartbeatTemplate, minimumSeverity: 0, cooldownSeconds: 0, node: node.id };
    await alerts.alert(incident, undefined, { ...policyOf(node), ...own });
  };
  const { heartbeatAt = '' } = node.config;
  const endHeartbeat =
    heartbeatAt === ''
      ? undefined
      : everyDay(
          heartbeatAt,
          site.tools.clock,
          () => site.timeZone,
          (day) => {
            beat(day).catch((error: unknown) => {
              node.fail(asSentinelError(error, 'ES_DATABASE'));
            });
          },
        );

  // What the site itself has to tell, such as a full disk, needs no wire. One that comes by wire too is told already.
  const endTroubles = site.troubles.add(({ payload }) => {
    alert(payload, undefined, scheduleOf(node.config, payload.severity)).catch((error: unknown) => {
      node.fail(asSentinelError(error, 'ES_DATABASE'));
    });
  });

  return {
    async input(message) {
      const { payload, image } = message;
      if (kindOf(payload) === 'delivery') {
        assertKind(payload, 'delivery');
        if (payload.error !== undefined) await goOn(payload, message, alerts, alert);
      } else if (asksForSnooze(payload)) {
        await site.snooze.set(readSnoozeCommand(payload));
      } else if (kindOf(payload) === 'command') {
        // Others of the same wire, such as talk, are not ours.
        assertKind(payload, 'command');
      } else if (kindOf(payload) === 'review') {
        assertKind(payload, 'review');
        if (payload.action === 'snooze') await site.snooze.set(readSnoozeReview(payload));
        if (answers.has(payload.action)) await alerts.settle(payload.incidentId, payload.by ?? 'flow');
      } else {
        assertKind(payload, 'incident');
        if (payload.phase === 'evidence') await follow(payload, message, alerts, node);
        else await alert(payload, image, scheduleOf(node.config, payload.severity));
      }
    },
    close: async () => {
      endHeartbeat?.();
      endSnooze();
      endTroubles();
      await alerts.release();
    },
  };
}

function asksForSnooze(payload: unknown): boolean {
  return (payload as { command?: unknown } | null | undefined)?.command === 'snooze';
}

const answers: ReadonlySet<string> = new Set(['acknowledge', 'confirm', 'dismiss', 'false-positive']);

/** What was kept of an incident goes to everybody who was told of it. */
async function follow(
  incident: Incident,
  { samples, clip }: RedMessage,
  alerts: AlertsLease,
  node: Context,
): Promise<void> {
  const { sendVoice = false, sendVideo = false } = node.config;
  await alerts.follow(incident, keptIn({ samples, clip }), { node: node.id, sendVoice, sendVideo });
}

/** What a message carries of what was kept. */
function keptIn({ samples, clip }: Pick<RedMessage, 'samples' | 'clip'>): KeptMedia {
  return { ...(isSamples(samples) ? { samples } : {}), ...(Buffer.isBuffer(clip) ? { clip } : {}) };
}

/** Another channel has failed, or is late: what waits for its turn goes now, and what was never told is. */
async function goOn(
  { incidentId }: Delivery,
  { incident }: RedMessage,
  alerts: AlertsLease,
  alert: (incident: Incident, image: unknown, schedule: AlertSchedule) => Promise<void>,
): Promise<void> {
  if (await alerts.hurry(incidentId)) return;
  if (incident === undefined) {
    throw new SentinelError('ES_BAD_INPUT', 'The delivery comes without its incident (msg.incident).', {
      hint: 'Wire the second output of the other channel straight into this node.',
    });
  }
  assertKind(incident, 'incident');
  await alert(incident, undefined, { waitMs: 0, nextPersonMs: 0, rounds: 1 });
}

/** Says what would be sent, and to how many. */
function tryOut(node: Context, way: AlertWay): NodeHandlers {
  const people = way.people();
  const site = node.site();
  const { tools, newId } = site;
  const dryRun = new DryRun({ ...tools, channel: way.kind, newId, people });
  node.status('idle', 'trying');

  const show = (all: readonly WouldBe[], send: Context['send']): void => {
    for (const { delivery, ...media } of all) send([{ topic: topicOf(delivery), payload: delivery, ...media }, null]);
  };
  const alert = (incident: Incident, image: unknown, send: Context['send']): void => {
    const decision = dryRun.alert(incident, Buffer.isBuffer(image) ? image : undefined, policyOf(node));
    if (!decision.send) {
      if (decision.cause !== 'phase') node.status('idle', 'held', { why: decision.why });
      return;
    }
    show(decision.wouldBe, send);
    const count = people.length;
    node.status('running', ['wouldTellNobody', 'wouldTellOne'][count] ?? 'dry-run', { people: count });
  };
  const endTroubles = site.troubles.add(({ payload }) => {
    alert(payload, undefined, (outputs) => {
      node.send(outputs);
    });
  });

  return {
    input({ payload, image, samples, clip }, send) {
      if (['delivery', 'review', 'command'].includes(kindOf(payload) ?? '') || asksForSnooze(payload)) return;
      assertKind(payload, 'incident');
      if (payload.phase === 'evidence') {
        const { sendVoice = false, sendVideo = false } = node.config;
        show(dryRun.follow(payload, keptIn({ samples, clip }), { sendVoice, sendVideo }), send);
      } else alert(payload, image, send);
    },
    close: () => {
      endTroubles();
    },
  };
}

function policyOf(node: Context) {
  const { minimumSeverity, cooldownSeconds, template, sendSnapshot = false, language = 'en' } = node.config;
  const { name: siteName, publicAddress, timeZone } = node.site();
  const place = { siteName, publicAddress, timeZone: timeZone === '' ? undefined : timeZone };
  return { minimumSeverity, cooldownSeconds, template, sendSnapshot, language, ...place };
}

function scheduleOf(settings: AlertSettings, severity: number): AlertSchedule {
  const { sendWhen = 'at-once', waitAlarm = 0, waitWarning = 0, waitNotice = 0 } = settings;
  const { nextPersonSeconds = 0, rounds = 1 } = settings;
  const wait = severity >= 3 ? waitAlarm : severity === 2 ? waitWarning : waitNotice;
  const unless = sendWhen === 'at-once' ? undefined : (sendWhen.slice('not-'.length) as Unless);
  return { unless, waitMs: wait * 1000, nextPersonMs: nextPersonSeconds * 1000, rounds };
}
