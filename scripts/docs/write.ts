import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { environmentPage } from './environment.ts';
import { messagesPage } from './messages.ts';
import { referencePage } from './reference.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');

/** The pages that are made from the contracts and tables, as they must stand in docs/: file and text. */
export async function generatedPages(): Promise<{ file: string; text: string }[]> {
  const pages = {
    'environment.md': environmentPage(),
    'messages.md': messagesPage(),
    'reference.md': referencePage(),
  };
  return await Promise.all(
    Object.entries(pages).map(async ([name, markdown]) => {
      const file = join(docs, name);
      return { file, text: await format(markdown, { ...(await resolveConfig(file)), parser: 'markdown' }) };
    }),
  );
}

if (import.meta.main) {
  for (const { file, text } of await generatedPages()) await writeFile(file, text);
}
