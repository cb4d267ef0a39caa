import type { Refusal, RefusalRule } from '../../answer.ts';
import type { Sent } from '../../alert-channel.ts';
import { heldForm } from '../../outbox-row.ts';
import { isTemplateFault } from './template-book.ts';

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
/** The picture of a template could not be processed. */
export const mediaFault = 131053;

/** How an alert may go where it was refused. */
export interface Ways {
  /** How many templates the account has. */
  templates: number;
  /** We would be told when the person writes. */
  listens: boolean;
}

type Change = Pick<RefusalRule, 'action' | 'form'> | undefined;

/**
 * The other form in which a message that was refused may go, each once: a text as the first template, after that as the next one; what
 * replies to a text when the person has written. Undefined: none.
 */
export function anotherForm(
  refusal: Pick<Refusal, 'code' | 'message'>,
  { part, form }: Sent,
  { templates, listens }: Ways,
): Change {
  const { code } = refusal;
  if (part !== 'text') return code === windowClosed && listens ? { action: 'hold', form: heldForm } : undefined;
  const sent = templateOf(form);
  const next = sent === undefined ? 0 : sent + 1;
  const isWrong = sent === undefined ? code === windowClosed : isTemplateFault(refusal) || code === mediaFault;
  return isWrong && next < templates ? { action: 'change', form: templateForm(next) } : undefined;
}
