import { Type } from 'typebox';

/** Rows of one page of a list that is short in nearly every house, also where nobody says how many; and where one may begin. */
export const listLimits = { most: 1000, furthest: 1_000_000 } as const;
const { most, furthest } = listLimits;

/** Parameters of such a list. */
export const listQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: most, default: most })),
  after: Type.Optional(Type.Integer({ minimum: 0, maximum: furthest, description: '`next` of the page before.' })),
};
export const ListQuery = Type.Object(listQuery);

/** What its answer says beside the rows. */
export const listPaging = {
  total: Type.Optional(Type.Integer({ minimum: 0, description: 'Of all pages.' })),
  next: Type.Optional(Type.Integer({ minimum: 1, description: '`after` of the next page; absent on the last one.' })),
};
