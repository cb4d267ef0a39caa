import type { NodeType } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { ConfigOf } from '../contracts/read-config.ts';
import type { ModelTask } from '../inference/model-description.ts';
import { dataFolder } from '../site/data-folder.ts';
import type { ModelChoice } from '../vision/detection-model.ts';
import type { Finding } from '../contracts/findings.ts';
import { problemOf, warning } from './finding.ts';

/** A node of ours in the flow. */
export interface FlowPart {
  id: string;
  type: NodeType;
  name: string;
  /** Checked and with environment variables in place, or why they are not usable. */
  settings: unknown;
  /** Undefined when they could not be read; empty when there are none. */
  credentials: Readonly<Record<string, string>> | undefined;
  /** Environment variables that the settings name and that are not set in this process. */
  missing?: readonly string[];
}

export interface DeclaredNode<T extends NodeType> {
  id: string;
  name: string;
  config: ConfigOf<T>;
  credentials: Readonly<Record<string, string>> | undefined;
}

/** Another way to tell people than WhatsApp. */
export type ChannelNode = {
  [T in 'sentinel-sms-account' | 'sentinel-email-account' | 'sentinel-webhook-out']: DeclaredNode<T> & { type: T };
}['sentinel-sms-account' | 'sentinel-email-account' | 'sentinel-webhook-out'];

/** Who may reach Node-RED, as a running one knows it. */
export interface Doors {
  /** Whether the editor asks for a login. */
  editorLogin: boolean;
  /** Address that it listens on; empty means all. */
  host: string;
}

/** What there is to examine. */
export interface Installation {
  userDir: string;
  folders: { site: string; folder: string }[];
  cameras: DeclaredNode<'sentinel-camera'>[];
  accounts: DeclaredNode<'sentinel-whatsapp-account'>[];
  channels: ChannelNode[];
  /** Models that the flow names. */
  models: (ModelChoice & { task: ModelTask })[];
  microphones: DeclaredNode<'mic-in'>[];
  /** What came to light while all this was read. */
  remarks: Finding[];
  /** Masked in every sentence. */
  secrets: string[];
  /** Known inside Node-RED only. */
  nodeRedVersion?: string;
  /** Known inside Node-RED only. */
  doors?: Doors;
  /** Address of a running Node-RED whose doors are to be tried. */
  url?: string;
}

/** Fields of credentials that are no secret: masking "admin" would mangle sentences. */
const plainCredentials = ['username'];
const modelTasks: Partial<Record<NodeType, ModelTask>> = { 'detectron-infer': 'detection', 'audio-classify': 'sound' };

/** What a flow makes of an installation. @param folder Data folder that is looked at whatever the flow says. */
export function installationOf(parts: readonly FlowPart[], userDir: string, folder?: string): Installation {
  const sites = declared(parts, 'sentinel-site').map(({ config }) => ({
    site: config.name,
    folder: dataFolder(userDir, config.dataFolder),
  }));
  const fallback = [{ site: 'Home', folder: dataFolder(userDir, folder ?? '') }];
  const models = parts.flatMap(({ type, settings }) => {
    const task = modelTasks[type];
    if (task === undefined || settings instanceof SentinelError) return [];
    const { model, family = '', classNames = '', inputSize = '' } = settings as ModelChoice;
    const known = [family, classNames, inputSize].every((text) => text === '') ? {} : { family, classNames, inputSize };
    const { pose, poseModel = '' } = settings as { pose?: boolean; poseModel?: string };
    const poses = pose === true ? [{ task: 'pose' as const, model: poseModel }] : [];
    return [{ task, model, ...known }, ...poses];
  });
  return {
    userDir,
    folders: folder !== undefined || sites.length === 0 ? fallback : unique(sites),
    cameras: declared(parts, 'sentinel-camera'),
    accounts: declared(parts, 'sentinel-whatsapp-account'),
    channels: [
      ...declared(parts, 'sentinel-sms-account').map((node) => ({ ...node, type: 'sentinel-sms-account' as const })),
      ...declared(parts, 'sentinel-email-account').map((node) => ({
        ...node,
        type: 'sentinel-email-account' as const,
      })),
      ...declared(parts, 'sentinel-webhook-out').map((node) => ({ ...node, type: 'sentinel-webhook-out' as const })),
    ],
    models: unique(models),
    microphones: declared(parts, 'mic-in'),
    remarks: parts.flatMap((part) => remarksOn(part)),
    secrets: parts.flatMap(({ credentials = {} }) =>
      Object.entries(credentials).flatMap(([field, value]) => (plainCredentials.includes(field) ? [] : [value])),
    ),
  };
}

function remarksOn({ type, name, settings, missing = [] }: FlowPart): Finding[] {
  if (!(settings instanceof SentinelError)) return [];
  const about = { id: 'flow' as const, about: name === '' ? type : name };
  if (missing.length === 0) return [{ ...about, ...problemOf(settings) }];
  const advice = `If Node-RED has ${missing.join(', ')} from elsewhere, set it for this command, too.`;
  return [{ ...about, ...warning(settings.message, advice) }];
}

function declared<T extends NodeType>(parts: readonly FlowPart[], wanted: T): DeclaredNode<T>[] {
  return parts.flatMap(({ id, type, name, settings, credentials }) =>
    type !== wanted || settings instanceof SentinelError
      ? []
      : [{ id, name: name || type, config: settings as ConfigOf<T>, credentials }],
  );
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
