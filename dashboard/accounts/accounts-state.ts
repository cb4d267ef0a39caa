import type { AuditEntry, SessionRecord, TokenRecord, UserRecord } from '../../src/contracts/accounts.ts';
import type { Role } from '../../src/contracts/access.ts';
import type { Question } from './asking.ts';

/** What became of something that somebody did, said in the part of the page where it was done. */
export interface Told {
  tone: 'good' | 'bad';
  words: string;
  /** Shown this once. */
  secret?: string;
}

export const parts = ['own', 'people', 'tokens', 'audit'] as const;
export type Part = (typeof parts)[number];

const emptyPerson = { name: '', role: 'viewer' as Role, isAll: true, keys: [] as string[] };

/** What the page of accounts shows, as it begins. */
export const initial = {
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  failure: '',
  now: 0,
  told: {} as Partial<Record<Part, Told>>,
  isBusy: false,
  question: undefined as Question | undefined,
  /** What may be chosen for somebody to see. */
  sites: [] as { site: string; siteName: string }[],
  places: [] as { site: string; siteName: string; source: string; area: string }[],
  sessions: [] as SessionRecord[],
  password: { old: '', fresh: '', again: '' },
  users: [] as UserRecord[],
  isAdding: false,
  adding: { ...emptyPerson },
  /** Id of the account that is being changed. */
  changing: '',
  /** Its tag when it was read. */
  seen: undefined as string | undefined,
  change: { role: 'viewer' as Role, isAll: true, keys: [] as string[] },
  tokens: [] as TokenRecord[],
  isMaking: false,
  making: { ...emptyPerson, days: '' as string | number },
  entries: [] as AuditEntry[],
  nextEntry: undefined as number | undefined,
  wanted: { action: '', by: '' },
};

export type AccountsState = typeof initial;
export const newPerson = (): AccountsState['adding'] => ({ ...emptyPerson, keys: [] });
export const newToken = (): AccountsState['making'] => ({ ...emptyPerson, keys: [], days: '' });
