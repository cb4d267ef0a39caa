import type { Outgoing } from '../../outbox-row.ts';

/** ntfy's priorities, by severity: low, default, high, urgent (which rings through "do not disturb" where it is allowed). */
const priorities = [2, 3, 4, 5] as const;
const tags = ['information_source', 'bell', 'warning', 'rotating_light'] as const;

/**
 * The address and the body of a message to ntfy, in its JSON form (https://docs.ntfy.sh/publish/#publish-as-json): the
 * topic is the last part of the address. The first line of the text is the title, its first link opens on a tap.
 */
export function ntfyMessage(topicUrl: URL, row: Outgoing): [url: URL, body: object] {
  const [title = '', ...rest] = row.body.split('\n');
  const message = rest.join('\n').trim();
  const link = /https?:\/\/[^\s<>"]+/.exec(row.body)?.[0];
  const topic = topicOf(topicUrl);
  const url = new URL(topicUrl);
  url.pathname = url.pathname.slice(0, url.pathname.lastIndexOf(`/${topic}`)) || '/';
  return [
    url,
    {
      topic: decodeURIComponent(topic),
      title,
      message: message === '' ? title : message,
      priority: priorities[row.severity] ?? 3,
      tags: [tags[row.severity] ?? 'bell'],
      ...(link === undefined ? {} : { click: link }),
    },
  ];
}

/** The last part of an address; empty where it has none. */
export function topicOf(url: URL): string {
  return (
    url.pathname
      .split('/')
      .filter((part) => part !== '')
      .pop() ?? ''
  );
}
