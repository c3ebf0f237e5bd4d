// Parquet files of any form. One JSON object a line in, one a line out, in the same order: {"make": path, "select": sql} writes
// a file with DuckDB, {"file": path} says what DuckDB and hyparquet read from one, as parquet_random.mjs does, and the types
// that DuckDB finds: {"file", "columns", "types", "duckdb", "hyparquet", "sql"}.
import { DuckDBInstance } from "@duckdb/node-api";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { show, showOther } from "./duckdb_text.mjs";
import { jsonLines } from "./json_lines.mjs";

const connection = await (await DuckDBInstance.create()).connect();
await connection.run("SET TimeZone = 'UTC'; SET threads = 1; SET preserve_insertion_order = true");

async function make({ make: path, select }) {
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  return { made: path };
}

async function read({ file, sql }) {
  const result = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}', hive_partitioning = false)`);
  const [columns, types] = [result.columnNames(), result.columnTypes()];
  const duckdb = result.getRows().map((row) => row.map((value, i) => show(value, types[i])));
  const hyparquet = types.some((type) => String(type).includes("INTERVAL")) ? duckdb : await readOther(file, columns, types, duckdb);
  return { file, columns, types: types.map(String), duckdb, hyparquet, sql: sql ?? file };
}

// Refuses files with intervals.
async function readOther(file, columns, types, duckdb) {
  const objects = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
  return objects.map((row, r) => columns.map((name, i) => showOther(row[name], types[i], duckdb[r]?.[i])));
}

await jsonLines((request) => request.make ? make(request) : read(request));
