// Turns the generated JSONL into the demo's Parquet file, with DuckDB.
//   node write_parquet.mjs [source.jsonl] [target.parquet]
// DuckDB comes from npm (@duckdb/node-api), installed anywhere; DUCKDB_NODE_MODULES names that
// node_modules folder when it is not beside this script.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = process.argv[2] ?? path.join(here, 'build', 'tickets-a.jsonl');
const target = process.argv[3] ?? path.join(here, '..', 'input', 'tickets-a.parquet');
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

async function main() {
  if (!existsSync(source)) throw new Error(`${source} does not exist; run generate_tickets.py first`);
  const modules = process.env.DUCKDB_NODE_MODULES ?? path.join(here, 'node_modules');
  const require = createRequire(path.join(modules, 'anchor.js'));
  const { DuckDBInstance } = require('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  // One thread keeps the rows in the order of the source.
  await connection.run('SET threads TO 1');
  await connection.run(`
    COPY (
      SELECT ticket_id, customer, created_at, body
      FROM read_json(${quoted(source)}, format = 'newline_delimited',
        columns = {ticket_id: 'VARCHAR', customer: 'VARCHAR', created_at: 'VARCHAR', body: 'VARCHAR'})
    ) TO ${quoted(target)} (FORMAT parquet, COMPRESSION snappy)`);
  const result = await connection.runAndReadAll(
    `SELECT count(*) AS rows, count(body) AS bodies FROM read_parquet(${quoted(target)})`);
  const [rows, bodies] = result.getRows()[0];
  console.log(`${target}: ${rows} rows, ${bodies} with a body`);
}

main().catch((error) => {
  console.error(`write_parquet: ${error.message}`);
  process.exit(1);
});
