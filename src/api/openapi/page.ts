import { createHash } from 'node:crypto';
import type { OpenApiDocument, Operation } from './document.ts';
import type { JsonSchema } from './schema-references.ts';

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
a { color: LinkText; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .35rem 0; }
summary { padding: .45rem .7rem; cursor: pointer; display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
summary code { font-weight: 600; }
summary:hover { background: var(--soft); }
details > div { padding: 0 .7rem .7rem; overflow-x: auto; }
.method { font: 700 .8rem ui-monospace, monospace; min-width: 3.6rem; }
.needs { margin-left: auto; font-size: .8rem; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; }
code, pre { font: .85rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .6rem; border-radius: 6px; overflow-x: auto; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0; vertical-align: top; }
h3 { font-size: .9rem; margin: .8rem 0 .2rem; }
`;

/** The page has no script and loads nothing: only its own style is let in. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The description for people, as one page of HTML. */
export function openApiPage(document: OpenApiDocument): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2>${text(name)}</h2>${own.map((one) => operationHtml(one)).join('')}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="${text(name)}"><summary><code>${text(name)}</code></summary><div>${schemaHtml(schema)}</div></details>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)} API</title><style>${style}</style></head><body>
<h1>${text(info.title)} API</h1><p>Version ${text(info.version)} · <a href="openapi.json">openapi.json</a></p>
${info.description
  .split('\n')
  .map((line) => `<p>${text(line)}</p>`)
  .join('')}
${groups.join('')}<h2>Schemas</h2>${schemas.join('')}</body></html>`;
}

function operationHtml({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { parameters, requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${text(name)}</code>${required ? '' : '?'}</td><td>${place}</td><td>${text(description)} <code>${text(JSON.stringify(schema))}</code></td></tr>`,
  );
  const answers = Object.entries(responses).map(
    ([code, { description = '', content }]) =>
      `<tr><td><code>${text(code)}</code></td><td>${text(description)} ${contentHtml(content)}</td></tr>`,
  );
  return `<details id="${text(operation.operationId)}"><summary><span class="method">${text(method.toUpperCase())}</span><code>${text(path)}</code>
<span>${text(operation.summary)}</span><span class="needs">${text(operation['x-needs'])}</span></summary><div>
${rows.length === 0 ? '' : `<h3>Parameters</h3><table>${rows.join('')}</table>`}
${requestBody === undefined ? '' : `<h3>Body</h3>${contentHtml(requestBody.content)}`}
<h3>Answers</h3><table>${answers.join('')}</table></div></details>`;
}

function contentHtml(content: Operation['responses'][string]['content'] = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<code>${text(type)}</code> ${schema === undefined ? '' : schemaHtml(schema)}`)
    .join('');
}

/** A link where the schema has a name, else the schema itself with such links in it. */
function schemaHtml(schema: JsonSchema): string {
  const name = nameOf(schema.$ref);
  if (name !== undefined) return link(name);
  const written = text(JSON.stringify(schema, undefined, 2));
  return `<pre>${written.replace(/&quot;#\/components\/schemas\/(\w+)&quot;/g, (_, found: string) => link(found))}</pre>`;
}

function nameOf(reference: unknown): string | undefined {
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
}

function link(name: string): string {
  return `<a href="#${name}">${name}</a>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function text(plain: string): string {
  return plain.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
