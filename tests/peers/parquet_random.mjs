// Makes random Parquet files with DuckDB and says what DuckDB and hyparquet read from them.
//   node parquet_random.mjs SEED COUNT FOLDER
// Prints a JSON line a file: { file, columns, duckdb, hyparquet, sql }, with the values as duckdb_text.mjs shows them.
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { show, showOther } from "./duckdb_text.mjs";

const [firstSeed, count, folder] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];

// mulberry32: 32 bits of state, the same numbers everywhere.
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

// Every scalar type that has a physical form of its own, from a number that is 0 or more.
const scalars = [
  (n) => `(${n} * 1000003 - 9000000000)::BIGINT`,
  (n) => `(${n} % 100000 - 50000)::INTEGER`,
  (n) => `(${n} % 100 - 50)::TINYINT`,
  (n) => `(${n} % 60000)::USMALLINT`,
  (n) => `(18446744073709551615 - ${n} % 100000)::UBIGINT`,
  (n) => `((${n} % 1000) / 8.0)::FLOAT`,
  (n) => `(${n} % 1000 - 500) / 3.0::DOUBLE`,
  (n) => `${n} % 3 = 0`,
  (n) => `'text ' || (${n} % 50)`,
  (n) => `repeat('ä€😀', (${n} % 6)::INTEGER) || (${n} % 100000)`,
  (n) => `CASE ${n} % 3 WHEN 0 THEN '' WHEN 1 THEN 'yes' ELSE 'no' END`,
  (n) => `('\\xFF\\x00' || (${n} % 20)::VARCHAR)::BLOB`,
  (n) => `(${n} % 500 - 250)::DECIMAL(4, 1)`,
  (n) => `(${n} % 1000000 * 12.345 - 1000)::DECIMAL(18, 3)`,
  (n) => `(${n} % 1000000 * 98765432.1)::DECIMAL(38, 10) * -1`,
  (n) => `DATE '1969-12-30' + (${n} % 40000)::INTEGER`,
  (n) => `TIME '00:00:00.000001' + to_microseconds((${n} % 86000) * 1000000)`,
  (n) => `TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds((${n} % 100000) * 86400000001)`,
  (n) => `TIMESTAMPTZ '2024-02-28 12:00:00+00' + to_milliseconds((${n} % 100000) * 3600001)`,
  (n) => `make_timestamp_ns(1600000000123456789 + ${n} % 1000000)`,
  (n) => `('00000000-0000-4000-8000-' || lpad((${n} % 100000)::VARCHAR, 12, '0'))::UUID`,
  (n) => `('{"i":' || ${n} % 100 || '}')::JSON`,
];

// An expression of a random type; every level draws its own numbers from the row's.
function expression(next, row, depth) {
  const number = () => `(hash(${row}, ${next(1000000)}) % 1000000000)::BIGINT`;
  const value = depth > 0 && next(3) > 0 ? nested(next, row, depth, number) : scalars[next(scalars.length)](number());
  const nulls = next(4);
  return nulls === 0 ? value : `CASE WHEN ${number()} % ${nulls * nulls + 1} = 0 THEN NULL ELSE ${value} END`;
}

function nested(next, row, depth, number) {
  const item = `j${depth}`;
  const inner = `hash(${row}, ${item})`;
  const length = `range(${number()} % ${next(5) === 0 ? 30 : 2 + next(4)})`;
  switch (next(3)) {
    case 0:
      return `list_transform(${length}, lambda ${item}: ${expression(next, inner, depth - 1)})`;
    case 1:
      return `map_from_entries(list_transform(${length}, `
        + `lambda ${item}: {'k': 'key ' || ${item}, 'v': ${expression(next, inner, depth - 1)}}))`;
    default: {
      const members = Array.from({ length: 1 + next(3) }, (_, i) => `'f${i}': ${expression(next, row, depth - 1)}`);
      return `{${members.join(", ")}}`;
    }
  }
}

function statement(seed, file) {
  const next = generator(seed);
  const columns = Array.from({ length: 1 + next(4) }, (_, i) => `${expression(next, "i", 3)} AS c${i}`);
  const rows = next(4) === 0 ? next(4) : next(400);
  const options = [
    `COMPRESSION ${["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"][next(6)]}`,
    `PARQUET_VERSION V${1 + next(2)}`,
    `ROW_GROUP_SIZE ${1 + next(500)}`,
    ...(next(2) === 0 ? ["DICTIONARY_SIZE_LIMIT 0"] : []),
  ];
  return `COPY (SELECT ${columns.join(", ")} FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet, ${options.join(", ")})`;
}

const connection = await (await DuckDBInstance.create()).connect();
await connection.run("SET TimeZone = 'UTC'; SET threads = 1; SET preserve_insertion_order = true");
for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const file = join(folder, `random_${seed}.parquet`);
  const sql = statement(seed, file);
  await connection.run(sql);
  const result = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`);
  const [columns, types] = [result.columnNames(), result.columnTypes()];
  const duckdb = result.getRows().map((row) => row.map((value, i) => show(value, types[i])));
  const objects = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
  const hyparquet = objects.map((row, r) =>
    columns.map((name, i) => showOther(row[name], types[i], duckdb[r]?.[i])));
  console.log(JSON.stringify({ file, columns, duckdb, hyparquet, sql }));
}
