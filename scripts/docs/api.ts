import { problemsOf, type Route } from '../../src/api/routes/route.ts';
import { routes } from '../../src/api/routes/table.ts';
import { table } from './schema-words.ts';

/** docs/api.md, before formatting. */
export function apiPage(): string {
  const all = Object.values(routes) as Route[];
  const groups = [...Map.groupBy(all, ({ group }) => group)];
  return `# HTTP API

Generated from the table of routes (\`src/api/routes\`) by \`node scripts/docs/write.ts\`. Do not edit.

All paths lie below \`<httpNodeRoot>/echosight\`. The whole description, with parameters, bodies and answers, is
[openapi.json](openapi.json) (OpenAPI 3.1); a running Node-RED serves it at \`/echosight/api/v1/openapi.json\`, and as a page
at \`/echosight/api/v1/docs\`.

Roles are viewer, operator and admin, each with all that the one before it may. Without accounts and without
\`httpNodeAuth\`, only this machine is answered, as admin. \`signature\`: what comes is believed for its signature alone.
\`nobody\`: open to all.

${groups.map(([group, own]) => `## ${group}\n\n${routeTable(own)}`).join('\n\n')}
`;
}

function routeTable(own: readonly Route[]): string {
  return table(
    ['route', 'needs', 'does', 'answers'],
    own.map((route) => {
      const { method, path, needs, summary, answers } = route;
      return [`\`${method} ${path}\``, needs, summary, [...Object.keys(answers), ...problemsOf(route)].join(', ')];
    }),
  );
}
