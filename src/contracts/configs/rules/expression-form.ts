/** Longest expression of a rule, in characters. */
export const expressionLimit = 2000;

/** Why an expression cannot be a condition, and where: characters from its start. */
export interface ExpressionFault {
  key: 'part' | 'function' | 'name';
  /** The part, function or name that is refused. */
  what: string;
  position: number;
}

/** What an expression may ask. All of it is bounded by its own length and by what it is asked over. */
const functions = new Set([
  ...['sum', 'count', 'max', 'min', 'average', 'number', 'floor', 'ceil', 'round', 'abs', 'sqrt', 'power'],
  ...['string', 'substring', 'substringBefore', 'substringAfter', 'lowercase', 'uppercase', 'length', 'trim'],
  ...['contains', 'split', 'join', 'boolean', 'not', 'exists', 'keys', 'lookup', 'append', 'distinct', 'reverse'],
  ...['type', 'now', 'millis'],
]);
const parts = new Set([
  ...['path', 'filter', 'name', 'string', 'number', 'value', 'variable', 'binary', 'unary', 'condition', 'block'],
  ...['bind', 'function', 'apply'],
]);
const literals = new Set(['string', 'number', 'value']);
/** What a step of a path is called that does more than ask. */
const stepParts = { group: '{}', focus: '@', index: '#', ancestor: '%' } as const;

type Branch = Readonly<Record<string, unknown>> & { type?: string; value?: unknown; position?: number };

/**
 * What keeps parsed JSONata from being a condition of a rule. Conditions ask; they make no functions, objects, sequences or
 * patterns, with which a short text could keep the process busy without an end, and read no clock or chance but the site's.
 */
export function faultInExpression(tree: object): ExpressionFault | undefined {
  const branches = [...branchesOf(tree)];
  const bound = new Set(branches.flatMap((one) => (one.type === 'bind' ? [nameBound(one)] : [])));
  for (const branch of branches) {
    const position = branch.position ?? 0;
    const part = refusedPart(branch);
    if (part !== undefined) return { key: 'part', what: part, position };
    if (branch.type === 'bind' && !isFree(nameBound(branch))) {
      return { key: 'name', what: `$${nameBound(branch)}`, position };
    }
    if (branch.type !== 'variable') continue;
    const name = String(branch.value);
    if (name === '' || name === '$' || functions.has(name) || bound.has(name)) continue;
    return { key: 'function', what: `$${name}`, position };
  }
  return undefined;
}

/** The texts that an expression compares with, labels among them. */
export function textsIn(tree: object): string[] {
  const texts = [...branchesOf(tree)].flatMap(({ type, value }) => (type === 'string' ? [String(value)] : []));
  return [...new Set(texts)];
}

function* branchesOf(node: unknown): Generator<Branch> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield node as Branch;
  for (const child of Object.values(node)) yield* branchesOf(child);
}

function refusedPart(branch: Branch): string | undefined {
  const { type, value } = branch;
  for (const [key, part] of Object.entries(stepParts)) if (branch[key] !== undefined) return part;
  if (type === undefined) return undefined;
  if (!parts.has(type)) return type;
  if (type === 'binary' && value === '..') return '..';
  if (type !== 'unary' || value === '-') return undefined;
  const items = value === '[' ? (branch.expressions as Branch[]) : undefined;
  if (items === undefined) return '{}';
  return items.every((item) => literals.has(item.type ?? '')) ? undefined : '[] of more than texts and numbers';
}

function nameBound({ lhs }: Branch): string {
  return String((lhs as Branch).value);
}

/** The evaluator keeps names with two underscores for itself. */
function isFree(name: string): boolean {
  return !functions.has(name) && !name.startsWith('__') && name !== '' && name !== '$';
}
