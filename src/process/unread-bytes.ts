import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Bytes that the network has brought for a process and it has not read yet.
 * @returns undefined where that cannot be told: on systems other than Linux, and of a process without connections.
 */
export async function unreadBytes(pid: number): Promise<number | undefined> {
  const folder = `/proc/${pid}`;
  const names = await readdir(`${folder}/fd`).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/fd/${name}`).catch(() => '')));
  const sockets = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  if (sockets.size === 0) return undefined;
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => readFile(`${folder}/net/${name}`, 'latin1').catch(() => '')),
  );
  let unread: number | undefined;
  for (const line of tables.join('\n').split('\n')) {
    // The fifth column is what waits to be sent and to be read, in hexadecimal; the tenth is the socket.
    const [, , , , queues = '', , , , , socket = ''] = line.trim().split(/\s+/);
    if (sockets.has(socket)) unread = (unread ?? 0) + Number.parseInt(queues.split(':')[1] ?? '0', 16);
  }
  return unread;
}
