import { inspectDatabase } from '../../../src/database/inspection.ts';

/** Another process that looks at a data folder: prints who holds it and how the database does. */
const { holder, pid, database } = await inspectDatabase(process.argv[2] ?? '', false, new AbortController().signal);
console.log(`${holder} ${pid} ${database}`);
