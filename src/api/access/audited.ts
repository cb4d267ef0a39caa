import type { OperationId, Routes } from '../routes/table.ts';

/** Everything that may change something. */
export type ChangingId = {
  [Id in OperationId]: Routes[Id]['method'] extends 'GET' ? never : Id;
}[OperationId];

/**
 * What is written down of an operation. `action`: once it is done, with a part of the path as the subject. `itself`: these, by whoever knows
 * more of it, such as the account or the id of what was made. `not`: nothing, and why.
 */
export type Noted = { action: string; part?: string } | { itself: readonly string[] } | { not: string };

/** Of each operation that is no GET. What reads evidence is written down where it is known what was read. */
export const audited: Readonly<Record<ChangingId, Noted>> = {
  reviewIncident: { itself: ['review', 'evidence.hold', 'evidence.release'] },
  exportIncident: { itself: ['incident.export'] },
  prepareExport: { not: 'It is written down when somebody gets it.' },
  confirmEvent: { action: 'review', part: 'event' },
  dismissEvent: { action: 'review', part: 'event' },
  acknowledgeAlert: { action: 'review', part: 'alert' },
  simulateEvent: { action: 'event.simulate' },
  changeArming: { action: 'arming' },
  changeStream: { action: 'stream.change', part: 'stream' },
  removeStream: { action: 'stream.remove', part: 'stream' },
  startStream: { action: 'stream.start', part: 'stream' },
  stopStream: { action: 'stream.stop', part: 'stream' },
  verifyEvidence: { itself: ['evidence.verify'] },
  retrainSound: { action: 'sound.retrain' },
  predictSound: { not: 'It tells what a file of the caller holds; nothing of it is kept.' },
  makeLiveTicket: {
    not: 'It lets the caller listen to what the same caller may read; pages fetch one at each connection.',
  },
  addStream: { itself: ['stream.add'] },
  addDemoStream: { itself: ['stream.demo'] },
  logIn: { itself: ['login', 'login.failed'] },
  logOut: { itself: ['logout'] },
  register: { itself: ['user.register'] },
  readLinkOwner: { not: 'It reads: the link stands in a body so that no log holds it.' },
  useLink: { itself: ['password.link', 'user.first-admin'] },
  makeAccessToken: { itself: ['token.jwt', 'login.failed'] },
  changePassword: { itself: ['password.change', 'login.failed'] },
  endSession: { itself: ['session.end'] },
  endAllSessions: { itself: ['session.end-all'] },
  changeView: { action: 'view.change' },
  addUser: { itself: ['user.add'] },
  changeUser: { itself: ['user.change'] },
  removeUser: { itself: ['user.remove'] },
  makeUserLink: { itself: ['user.link'] },
  makeToken: { itself: ['token.make'] },
  revokeToken: { itself: ['token.revoke'] },
  takeWebhook: { not: 'A provider signs it; what a person writes is written down when it does something.' },
  takeSmsReport: { not: 'A provider signs it; it tells what became of a message.' },
};

/** What is written down of an operation once it is done; undefined: nothing, or it does so itself. */
export function notedOf(id: OperationId): { action: string; part?: string } | undefined {
  const noted = (audited as Readonly<Partial<Record<OperationId, Noted>>>)[id];
  return noted !== undefined && 'action' in noted ? noted : undefined;
}
