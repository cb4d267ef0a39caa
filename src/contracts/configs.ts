import type { TSchema } from 'typebox';
import { EvidenceStoreConfig, WhatsAppAccountConfig, WhatsAppInConfig, WhatsAppOutConfig } from './configs/alerts.ts';
import {
  EmailAccountConfig,
  EmailOutConfig,
  SmsAccountConfig,
  SmsOutConfig,
  WebhookOutConfig,
} from './configs/channels.ts';
import { RtspInConfig, SentinelCameraConfig } from './configs/camera.ts';
import { DetectronInferConfig } from './configs/detection.ts';
import { FuseSeverityConfig, upgradeRules } from './configs/fusion.ts';
import { upgradeRecipients } from './configs/recipient-list.ts';
import { SentinelSiteConfig } from './configs/site.ts';
import { AudioClassifyConfig, AudioTrainConfig, MicInConfig } from './configs/sound.ts';

export * from './configs/site.ts';
export * from './configs/camera.ts';
export * from './configs/detection.ts';
export * from './configs/sound.ts';
export * from './configs/fusion.ts';
export * from './configs/alerts.ts';
export * from './configs/channels.ts';
export type { Recipient } from './configs/recipients.ts';

/**
 * Every node type of the palette and the schema of its settings: it gives the editor's defaults and validation, the
 * runtime check, the TypeScript type and the table in the docs.
 */
export const nodeConfigs = {
  'sentinel-site': SentinelSiteConfig,
  'sentinel-camera': SentinelCameraConfig,
  'sentinel-whatsapp-account': WhatsAppAccountConfig,
  'sentinel-sms-account': SmsAccountConfig,
  'sentinel-email-account': EmailAccountConfig,
  'rtsp-in': RtspInConfig,
  'mic-in': MicInConfig,
  'detectron-infer': DetectronInferConfig,
  'audio-classify': AudioClassifyConfig,
  'sentinel-audio-train': AudioTrainConfig,
  'fuse-severity': FuseSeverityConfig,
  'evidence-store': EvidenceStoreConfig,
  'whatsapp-out': WhatsAppOutConfig,
  'sentinel-whatsapp-in': WhatsAppInConfig,
  'sentinel-sms-out': SmsOutConfig,
  'sentinel-email-out': EmailOutConfig,
  'sentinel-webhook-out': WebhookOutConfig,
} as const satisfies Record<string, TSchema>;

/** Settings whose form has changed: what makes today's of those that an older version wrote. */
export const settingUpgrades: Partial<Record<keyof typeof nodeConfigs, Record<string, (value: unknown) => unknown>>> = {
  'sentinel-whatsapp-account': { recipients: upgradeRecipients },
  'sentinel-sms-account': { recipients: upgradeRecipients },
  'sentinel-email-account': { recipients: upgradeRecipients },
  'fuse-severity': { rules: upgradeRules },
};

/** Secret fields per node type: they live in Node-RED credentials and nowhere else. */
export const nodeCredentials = {
  'sentinel-camera': { username: 'text', password: 'password' },
  'sentinel-whatsapp-account': { accessToken: 'password', appSecret: 'password', verifyToken: 'text' },
  'sentinel-sms-account': { authToken: 'password' },
  'sentinel-email-account': { username: 'text', password: 'password' },
  'sentinel-webhook-out': { secret: 'password', token: 'password' },
} as const satisfies Partial<Record<keyof typeof nodeConfigs, Record<string, 'text' | 'password'>>>;

export type NodeType = keyof typeof nodeConfigs;
