import { statSync } from 'node:fs';
import { trainingLimits } from '../../../contracts/training.ts';
import { sortIntoClasses, type Recordings } from './recordings.ts';
import { ZipArchive } from './zip-archive.ts';

/** The recordings of a zip file. @throws SentinelError ES_ARCHIVE_INVALID */
export function zipRecordings(zip: string): Recordings {
  const archive = new ZipArchive(zip, { ...trainingLimits, fileBytes: trainingLimits.clipBytes });
  const entries = new Map(archive.entries.map((entry) => [entry.name, entry]));
  const sorted = sortIntoClasses(archive.entries.map(({ name, bytes }) => ({ file: name, bytes })));
  return {
    kind: 'zip',
    bytes: statSync(zip).size,
    files: sorted.files,
    refusals: [...archive.refusals, ...sorted.refusals],
    read: ({ file }) => {
      const entry = entries.get(file);
      if (entry === undefined) throw new RangeError(`There is no ${file} in the zip.`);
      return archive.read(entry);
    },
    close: () => {
      archive.close();
    },
  };
}
