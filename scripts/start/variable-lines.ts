import type { StartOptions } from './options.ts';

/** What became of the flow: written anew, kept because somebody edited it, or empty for want of a camera. */
export type FlowFate = 'written' | 'kept' | 'empty';

/** What `npm start` says about environment variables; never a secret. */
export function variableLines({ used, notes }: Pick<StartOptions, 'used' | 'notes'>, flow: FlowFate): string[] {
  const idle = used.filter(({ inFlow }) => inFlow && flow !== 'written').map(({ name }) => name);
  const kept =
    'Your edited flow is kept with its cameras and account; --source and environment variables do not change it. ' +
    'To start afresh use another --data.';
  return [
    ...used.filter(({ name }) => !idle.includes(name)).map(({ name, says }) => `${name}: ${says}`),
    ...(flow === 'kept' ? [kept] : []),
    ...(idle.length === 0 ? [] : [`Not used${flow === 'empty' ? ', for want of a camera' : ''}: ${idle.join(', ')}.`]),
    ...notes,
  ];
}
