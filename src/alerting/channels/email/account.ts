import type { Recipient } from '../../../contracts/configs.ts';
import { SentinelError } from '../../../contracts/errors.ts';
import { guardHost } from '../../../network/host-guard.ts';
import type { AlertAccount } from '../../alert-channel.ts';
import { peopleOf, type Person, type TypedHours } from '../../people.ts';
import { mailAddresses } from './addresses.ts';
import { email, openEmail } from './channel.ts';
import type { MailSecurity, MailServer } from './smtp.ts';

/** An account as somebody entered it. */
export interface EmailAccount extends Omit<MailServer, 'security'> {
  /** Id of the account's config node. */
  id: string;
  /** `auto`: tls on port 465, else starttls. */
  security: 'auto' | MailSecurity;
  from: string;
  recipients: readonly (string | Recipient)[];
  hours?: TypedHours;
}

/** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work. */
export function checkedEmailAccount({ id, from, recipients, hours, ...server }: EmailAccount): AlertAccount {
  const security = server.security === 'auto' ? (server.port === 465 ? 'tls' : 'starttls') : server.security;
  if (security === 'none' && server.password !== '') {
    throw new SentinelError('ES_BAD_CONFIG', 'A password is never sent over a connection without TLS.', {
      hint: 'Choose TLS or STARTTLS, or leave user name and password empty.',
    });
  }
  if (server.username !== '' && server.password === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The mail account has a user name, but no password.');
  }
  const checked = { ...server, host: guardHost(server.host.trim()), security };
  const [sender = ''] = mailAddresses([from]);
  return {
    ...{ id, kind: email, people: mailPeople(recipients, hours) },
    open: (tools) => openEmail(checked, sender, tools),
  };
}

/** Whom it tells. @throws SentinelError ES_BAD_CONFIG for what is no address */
export function mailPeople(recipients: readonly (string | Recipient)[], hours?: TypedHours): Person[] {
  return peopleOf(recipients, mailAddresses, hours);
}
