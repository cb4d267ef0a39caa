import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from '../../src/api/openapi/document.ts';
import { packageVersion } from '../../src/process/package-files.ts';
import { apiPage } from './api.ts';
import { environmentPage } from './environment.ts';
import { messagesPage } from './messages.ts';
import { referencePage } from './reference.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');

/** The pages that are made from the contracts and tables, as they must stand in docs/: file and text. */
export async function generatedPages(): Promise<{ file: string; text: string }[]> {
  const pages = {
    'api.md': apiPage(),
    'environment.md': environmentPage(),
    'messages.md': messagesPage(),
    'reference.md': referencePage(),
    'openapi.json': JSON.stringify(openApiDocument(packageVersion(), '/echosight')),
  };
  return await Promise.all(
    Object.entries(pages).map(async ([name, made]) => {
      const file = join(docs, name);
      return {
        file,
        text: await format(made, {
          ...(await resolveConfig(file)),
          parser: name.endsWith('.json') ? 'json' : 'markdown',
        }),
      };
    }),
  );
}

if (import.meta.main) {
  for (const { file, text } of await generatedPages()) await writeFile(file, text);
}
