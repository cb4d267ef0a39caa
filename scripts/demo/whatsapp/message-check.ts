import { GraphError } from './graph-error.ts';
import type { Template } from './template-store.ts';

/** What a valid body of POST /messages says, as far as the conversation shows it. */
export interface CheckedMessage {
  to: string;
  type: 'text' | 'image' | 'audio' | 'video' | 'template' | 'interactive';
  text: string;
  mediaId?: string;
  replyTo?: string;
  buttons?: string[];
  /** The buttons with what is behind them. */
  replies?: { id: string; title: string }[];
  /** `biz_opaque_callback_data` */
  tag?: string;
}

/** What the check has to look up. */
export interface KnownIds {
  media: (id: string) => boolean;
  message: (id: string) => boolean;
  /** @throws GraphError for one that cannot be sent */
  template: (name: string, language: string) => Template;
}

type Fields = Record<string, unknown>;
type Content = Pick<CheckedMessage, 'text' | 'mediaId' | 'buttons' | 'replies'>;

const contents: Readonly<Record<CheckedMessage['type'], (content: Fields, ids: KnownIds) => Content>> = {
  text: (text) => ({ text: limited(text, 'body', 4096) }),
  image: (image, ids) => mediaContent('image', image, ids),
  audio: (audio, ids) => mediaContent('audio', audio, ids),
  video: (video, ids) => mediaContent('video', video, ids),
  template: templateContent,
  interactive: interactiveContent,
};

/**
 * Checks a body of POST /messages with the limits of the Cloud API.
 * @throws GraphError with the code that the real API gives.
 */
export function checkMessage(body: unknown, ids: KnownIds): CheckedMessage {
  const message = fields(body, 'the body');
  if (message.messaging_product !== 'whatsapp') throw new GraphError(100, "messaging_product must be 'whatsapp'");
  if ((message.recipient_type ?? 'individual') !== 'individual') throw new GraphError(100, 'recipient_type');
  const to = limited(message, 'to', 20);
  if (!/^\+?[1-9]\d{6,14}$/.test(to)) throw new GraphError(131009, `to: ${to} is not a valid phone number`);
  const type = message.type ?? 'text';
  if (!isType(type)) throw new GraphError(131051, `type: ${JSON.stringify(type)}`);
  const content = contents[type](fields(message[type], type), ids);
  return { to: to.replace('+', ''), type, ...content, ...replyOf(message, ids), ...tagOf(message) };
}

function isType(type: unknown): type is CheckedMessage['type'] {
  return typeof type === 'string' && Object.hasOwn(contents, type);
}

function replyOf(message: Fields, ids: KnownIds): { replyTo?: string } {
  if (message.context === undefined) return {};
  const replyTo = limited(fields(message.context, 'context'), 'message_id', 512);
  if (!ids.message(replyTo)) throw new GraphError(131009, 'context.message_id: no such message');
  return { replyTo };
}

function tagOf(message: Fields): { tag?: string } {
  return message.biz_opaque_callback_data === undefined
    ? {}
    : { tag: limited(message, 'biz_opaque_callback_data', 512) };
}

/** Something uploaded; sound alone has no words. */
function mediaContent(type: 'image' | 'audio' | 'video', media: Fields, ids: KnownIds): Content {
  const mediaId = limited(media, 'id', 64);
  if (!ids.media(mediaId))
    throw new GraphError(131009, `${type}.id: ${mediaId} is not a media id of this phone number`);
  if (media.caption === undefined) return { text: '', mediaId };
  if (type === 'audio') throw new GraphError(100, 'Unexpected key "caption" on param "audio"');
  return { text: limited(media, 'caption', 1024), mediaId };
}

function templateContent(template: Fields, ids: KnownIds): Content {
  const name = limited(template, 'name', 512);
  const code = limited(fields(template.language, 'template.language'), 'code', 16);
  const known = ids.template(name, code);
  const components = list(template.components ?? [], 'template.components').map((one) => fields(one, 'component'));
  const header = components.find((component) => component.type === 'header');
  if ((header !== undefined) !== known.header) throw new GraphError(132012, 'header: does not match the template');
  const parameters = parametersOf(components.find((component) => component.type === 'body'));
  const text = filledBody(known.body, parameters);
  if (text.length > 1024) throw new GraphError(132005, 'body: the translated text is too long');
  return { text, ...buttonsOf(known, components), ...(header === undefined ? {} : headerImage(header, ids)) };
}

const placeholder = /\{\{(\w+)\}\}/g;

/** Placeholders with names take their parameters by these, others by their order. @throws GraphError 100, 132000, 132012 */
function filledBody(body: string, parameters: readonly Fields[]): string {
  const places = [...body.matchAll(placeholder)].map((match) => match[1] ?? '');
  const isNamed = places.some((place) => /\D/.test(place));
  const values = new Map(
    parameters.map((parameter, index) => {
      const named = typeof parameter.parameter_name === 'string' ? parameter.parameter_name : '';
      if (isNamed && !places.includes(named)) throw new GraphError(100, 'Parameter name is missing or empty');
      return [isNamed ? named : String(index + 1), textParameter(parameter)];
    }),
  );
  if (parameters.length !== places.length || places.some((place) => !values.has(place))) {
    const [given, expected] = [parameters.length, places.length];
    throw new GraphError(132000, `body: number of params (${given}) does not match the expected (${expected})`);
  }
  return body.replace(placeholder, (_match, place: string) => values.get(place) ?? '');
}

/** A button whose payload nobody gives sends its own words. */
function buttonsOf(known: Template, components: readonly Fields[]): Pick<Content, 'buttons' | 'replies'> {
  const payloads = new Map<number, string>();
  for (const component of components.filter(({ type }) => type === 'button')) {
    if (component.sub_type !== 'quick_reply') throw new GraphError(132012, 'button: the template has quick replies');
    const index = Number(limited(component, 'index', 2));
    if (known.buttons[index] === undefined) throw new GraphError(132012, `button: there is none at index ${index}`);
    const [parameter] = parametersOf(component);
    if (parameter?.type !== 'payload') throw new GraphError(132012, 'button: expected a payload');
    payloads.set(index, limited(parameter, 'payload', 128));
  }
  if (known.buttons.length === 0) return { buttons: [] };
  const replies = known.buttons.map((title, index) => ({ id: payloads.get(index) ?? title, title }));
  return { buttons: [...known.buttons], replies };
}

function headerImage(header: Fields, ids: KnownIds): { mediaId: string } {
  const parameter = parametersOf(header)[0];
  if (parameter?.type !== 'image') throw new GraphError(132012, 'header: expected IMAGE');
  const { mediaId = '' } = mediaContent('image', fields(parameter.image, 'header.image'), ids);
  return { mediaId };
}

function textParameter(parameter: Fields): string {
  if (parameter.type !== 'text') throw new GraphError(132012, 'body: expected TEXT');
  const text = limited(parameter, 'text', 1024);
  if (/[\n\t]| {5}/.test(text)) {
    throw new GraphError(100, 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces');
  }
  return text;
}

function interactiveContent(interactive: Fields): Content {
  if (interactive.type !== 'button') throw new GraphError(131009, 'interactive.type: only button is known here');
  const text = limited(fields(interactive.body, 'interactive.body'), 'text', 1024);
  if (interactive.footer !== undefined) limited(fields(interactive.footer, 'interactive.footer'), 'text', 60);
  const buttons = list(fields(interactive.action, 'interactive.action').buttons, 'buttons').map((entry) => {
    const reply = fields(fields(entry, 'button').reply, 'button.reply');
    return { id: limited(reply, 'id', 256), title: limited(reply, 'title', 20) };
  });
  if (buttons.length < 1 || buttons.length > 3) throw new GraphError(131009, 'buttons: min 1, max 3');
  if (new Set(buttons.map(({ id }) => id)).size < buttons.length) throw new GraphError(131009, 'buttons: duplicate id');
  return { text, buttons: buttons.map(({ title }) => title), replies: buttons };
}

function parametersOf(component: Fields | undefined): Fields[] {
  return list(component?.parameters ?? [], 'parameters').map((one) => fields(one, 'parameter'));
}

function fields(value: unknown, what: string): Fields {
  if (value === undefined) throw new GraphError(131008, `${what} is required`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GraphError(100, `${what} must be an object`);
  }
  return value as Fields;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new GraphError(100, `${what} must be an array`);
  return value;
}

/** A text that is there, not empty, and short enough. */
function limited(from: Fields, key: string, limit: number): string {
  const text = from[key];
  if (text === undefined || text === '') throw new GraphError(131008, `${key} is required`);
  if (typeof text !== 'string') throw new GraphError(100, `Param ${key} must be a string`);
  if (text.length > limit) throw new GraphError(100, `Param ${key} must be at most ${limit} characters long.`);
  return text;
}
