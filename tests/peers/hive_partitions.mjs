// Writes files under directories that name a column, by DuckDB itself, and prints what DuckDB reads from them, a JSON line a row:
// [file, number, text or null].
//   node hive_partitions.mjs FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const folder = process.argv[2];
const texts = ["2026-11-20", "007", "inf", "-inf", "nan", "true", "New York", "a/b", "a%2Fb", "5%", "x=y", "Köln", "a+b", "?*:|", " a ", "1e5", null];
const connection = await (await DuckDBInstance.create()).connect();
const values = texts.map((text, i) => `(${i}, ${text === null ? "NULL" : `'${text}'`})`).join(", ");
await connection.run(`COPY (SELECT * FROM (VALUES ${values}) t(i, k)) TO '${folder}' (FORMAT parquet, PARTITION_BY (k))`);

// The file has a column of that name too, of another value.
mkdirSync(join(folder, "k=path"));
await connection.run(`COPY (SELECT 100 AS i, 'file' AS k) TO '${join(folder, "k=path", "both.parquet")}' (FORMAT parquet)`);

const read = `read_parquet('${folder}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false, filename = true, union_by_name = true)`;
const rows = (await connection.runAndReadAll(`SELECT filename, i, k FROM ${read} ORDER BY i`)).getRows();
for (const [file, i, k] of rows) console.log(JSON.stringify([file, Number(i), k]));
