import type { Incident } from '../contracts/messages.ts';
import type { Log } from '../contracts/ports.ts';
import { pictureType } from '../pictures/picture-type.ts';
import { whatsAppLimits } from './channels/whatsapp/client.ts';
import { oneLine, renderAlert, shortened, type AlertPlace } from './text-template.ts';

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
 * Text and picture of an alert, as WhatsApp takes them. A picture that it would refuse is left out; the text never
 * waits for it.
 * @throws SentinelError ES_BAD_CONFIG for a template with unknown fields
 */
export function alertContent(
  incident: Incident,
  image: Buffer | undefined,
  policy: ContentPolicy,
  log: Pick<Log, 'warn'>,
): AlertContent {
  const text = renderAlert(policy.template, incident, policy, whatsAppLimits.text);
  if (!policy.sendSnapshot || image === undefined) return { text };
  if (image.length > whatsAppLimits.imageBytes || pictureType(image) === undefined) {
    log.warn('The snapshot is left out of an alert: WhatsApp takes JPEG and PNG of up to 5 MB.');
    return { text };
  }
  return { text, picture: { bytes: image, caption: shortened(oneLine(incident.label), whatsAppLimits.caption) } };
}
