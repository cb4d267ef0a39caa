import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller, Role } from '../contracts/access.ts';
import type { OperationId, Routes } from './routes/table.ts';

/** One request to a route that is open to all, or to all that sign. */
export interface OpenCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Parts of the path by their names, as they came: nothing is decoded. */
  readonly parts: Readonly<Record<string, string>>;
}

/** One request of somebody who may use the route. */
export interface Call extends OpenCall {
  readonly caller: Caller;
}

/** Answers, or rejects with a Problem. */
type HandlerOf<Id extends OperationId> = (
  call: Routes[Id]['needs'] extends Role ? Call : OpenCall,
) => Promise<void> | void;

export type Handlers = { readonly [Id in OperationId]: HandlerOf<Id> };
