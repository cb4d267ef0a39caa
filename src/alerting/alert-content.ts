import type { Incident } from '../contracts/messages.ts';
import type { Log } from '../contracts/ports.ts';
import { pictureType } from '../pictures/picture-type.ts';
import type { ChannelKind, ContentForm } from './alert-channel.ts';
import type { AlertLanguage } from './alert-words.ts';
import { oneLine, renderAlert, shortened, templateIn, type AlertPlace } from './text-template.ts';

/** What an alert says and shows. */
export interface ContentPolicy extends AlertPlace {
  /** Text with fields in braces, see text-template.ts. */
  template: string;
  sendSnapshot: boolean;
}

export interface AlertContent {
  text: string;
  picture?: { bytes: Buffer; caption: string };
}

/**
 * Text and picture of an alert, as a channel takes them. A picture that it would refuse is left out; the text never
 * waits for it.
 * @throws SentinelError ES_BAD_CONFIG for a template with unknown fields
 */
export function alertContent(
  incident: Incident,
  image: Buffer | undefined,
  policy: ContentPolicy,
  { name, form }: ChannelKind,
  log: Pick<Log, 'warn'>,
): AlertContent {
  const text = fitted(form, renderAlert(policy.template, incident, policy, form.text));
  if (!policy.sendSnapshot || image === undefined || form.picture === undefined) return { text };
  const { bytes, caption } = form.picture;
  if (image.length > bytes || pictureType(image) === undefined) {
    const megabytes = Math.floor(bytes / 1024 / 1024);
    log.warn(`The snapshot is left out of an alert: ${name} takes JPEG and PNG of up to ${megabytes} MB.`);
    return { text };
  }
  return { text, picture: { bytes: image, caption: shortened(oneLine(incident.label), caption) } };
}

/** A text as a channel can carry it. */
export function fitted(form: ContentForm, text: string): string {
  return form.fit?.(text) ?? shortened(text, form.text);
}

/** What an alert says in each language that somebody reads; made once for all who read it. As `alertContent`. */
export function contentByLanguage(
  incident: Incident,
  image: Buffer | undefined,
  policy: ContentPolicy,
  ...channel: [ChannelKind, Pick<Log, 'warn'>]
): (language: AlertLanguage) => AlertContent {
  const made = new Map<AlertLanguage, AlertContent>();
  return (language) => {
    const content = made.get(language) ?? alertContent(incident, image, inLanguage(policy, language), ...channel);
    made.set(language, content);
    return content;
  };
}

function inLanguage(policy: ContentPolicy, language: AlertLanguage): ContentPolicy {
  if (language === (policy.language ?? 'en')) return policy;
  return { ...policy, language, template: templateIn(language, policy.template) };
}
