import { parentPort } from 'node:worker_threads';
import type BetterSqlite3 from 'better-sqlite3';
import { failureOf } from './failures.ts';
import type { Operation, Operations, Reply, Request, RunAnswer, Statement } from './protocol.ts';
import { openFile } from './sqlite-file.ts';
import { StatementMemory } from './statement-memory.ts';
import { Upkeep } from './upkeep.ts';

const notOpen = 'the database file is not open';

/** Entry of the database thread: one file, one request after the other. */
let connection: BetterSqlite3.Database | undefined;
let statements: StatementMemory | undefined;
let upkeep: Upkeep | undefined;

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(reply(request));
  if (request.operation === 'close') parentPort?.close();
});

function reply(request: Request): Reply {
  try {
    return { id: request.id, answer: perform(request) };
  } catch (error) {
    return { id: request.id, failure: failureOf(error) };
  }
}

function perform(request: Request): Operations[Operation]['answer'] {
  switch (request.operation) {
    case 'open': {
      const opened = openFile(request.ask.file, request.ask);
      connection = opened.connection;
      statements = new StatementMemory(connection);
      upkeep = new Upkeep(connection, opened.unchecked);
      return {
        unchecked: opened.unchecked,
        ...(opened.setAside === undefined ? {} : { setAside: opened.setAside }),
      };
    }
    case 'run': {
      const answers = request.ask.map(run);
      upkeep?.put(answers.some(({ written }) => written !== undefined && written.changes > 0));
      return answers;
    }
    case 'rollback':
      if (opened().inTransaction) opened().exec('ROLLBACK');
      return undefined;
    case 'close':
      upkeep?.end();
      connection?.close();
      return undefined;
  }
}

function opened(): BetterSqlite3.Database {
  if (connection === undefined) throw new Error(notOpen);
  return connection;
}

function run({ sql, parameters }: Statement): RunAnswer {
  if (statements === undefined) throw new Error(notOpen);
  const { statement, columns } = statements.prepare(sql);
  if (columns !== undefined) return { columns, rows: statement.all(...parameters) as unknown[][] };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], written: { changes, lastRowId: Number(lastInsertRowid) } };
}
