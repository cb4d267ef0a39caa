import type { RefusalRule } from '../../answer.ts';
import type { Sent } from '../../alert-channel.ts';
import { heldForm } from '../../outbox-row.ts';

/** Free text; what follows is the number of a template of the account, from 1. */
export const freeForm = 'free';

export function templateForm(index: number): string {
  return `template-${index + 1}`;
}

/** Index of the template that a form means; undefined: free text. */
export function templateOf(form: string | null): number | undefined {
  const number = /^template-(\d+)$/.exec(form ?? '')?.[1];
  return number === undefined ? undefined : Number(number) - 1;
}

/** Error of the Graph API: the last word of the person is older than 24 hours. */
export const windowClosed = 131047;

/** How an alert may go where it was refused. */
export interface Ways {
  /** How many templates the account has. */
  templates: number;
  /** We would be told when the person writes. */
  listens: boolean;
}

/**
 * The other form in which a message that was refused for the closed window may go: a text as a template, once; what replies to
 * it when the person has written. Undefined: none.
 */
export function anotherForm(
  { part, form }: Sent,
  { templates, listens }: Ways,
): Pick<RefusalRule, 'action' | 'form'> | undefined {
  if (part !== 'text') return listens ? { action: 'hold', form: heldForm } : undefined;
  if (templateOf(form) !== undefined || templates === 0) return undefined;
  return { action: 'change', form: templateForm(0) };
}
