import { listLimits, ListQuery } from '../contracts/list-paging.ts';
import type { Parameters } from './parameters.ts';

/** Names of the parameters that `listPage` reads. */
export const pageParameters = Object.keys(ListQuery.properties);

/** One page of a list that is whole in memory. @throws Problem 400 */
export function listPage<Row>(
  given: Parameters,
  all: readonly Row[],
): { rows: readonly Row[]; paging: { total: number; next?: number } } {
  const after = given.integer('after', 0, listLimits.furthest) ?? 0;
  const end = after + (given.integer('limit', 1, listLimits.most) ?? listLimits.most);
  return { rows: all.slice(after, end), paging: { total: all.length, ...(end < all.length ? { next: end } : {}) } };
}
