// Reads Parquet files with DuckDB and hyparquet. One JSON object {"file", "columns": [{name, type}]} a line in; for each a
// line out: {"duckdb": rows, "hyparquet": rows, "encodings": [...], "faults": [...]}, every value as a text that does not depend on the reader:
// booleans, integers, days and microseconds in digits, floating-point numbers as their bits, bytes in hexadecimal, lists
// joined with commas. The faults are what the file's page indexes and statistics say wrongly of its values.
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadataAsync, parquetRead, readColumnIndex, readOffsetIndex } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { jsonLines } from "./json_lines.mjs";

const connection = await (await DuckDBInstance.create()).connect();
await connection.run("SET TimeZone = 'UTC'; SET threads = 1; SET preserve_insertion_order = true");

const parsers = {
  timestampFromMicroseconds: (micros) => micros,
  dateFromDays: (days) => days,
  stringFromBytes: (bytes) => bytes && Buffer.from(bytes),
};

await jsonLines(async ({ file, columns }) => {
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const source = { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) };
  const metadata = await parquetMetadataAsync(source, { parsers });
  const own = { file: source, metadata, compressors, parsers, utf8: false };
  const chunks = await readWhole(own);
  return {
    duckdb: await readDuck(file, columns),
    hyparquet: chunks.map((row) => row.map((value, i) => show(value, columns[i].type))),
    encodings: [...new Set(metadata.row_groups.flatMap((group) => group.columns.flatMap((chunk) => chunk.meta_data.encodings)))],
    faults: metadata.row_groups.length === 0 ? [] : await check(own, buffer, columns),
  };
});

async function readWhole(options) {
  let rows = [];
  await parquetRead({ ...options, onComplete: (read) => { rows = read; } });
  return rows;
}

async function readDuck(file, columns) {
  const selected = columns.map(({ name, type }) => {
    const column = `"${name}"`;
    if (type === "Binary") return `hex(${column})`;
    if (type === "Date") return `(${column} - DATE '1970-01-01')::BIGINT`;
    if (type === "Timestamp") return `epoch_us(${column})`;
    if (type === "List") return `list_aggregate(${column}, 'string_agg', ',')`;
    return column;
  });
  const result = await connection.runAndReadAll(`SELECT ${selected.join(", ")} FROM read_parquet('${file}')`);
  return result.getRows().map((row) => row.map((value, i) => showDuck(value, columns[i].type)));
}

function showDuck(value, type) {
  return type === "Binary" || type === "List" ? value : show(value, type);
}

function show(value, type) {
  if (value === null || value === undefined) return null;
  if (type === "Real") return bits(value);
  if (type === "Binary") return Buffer.from(value).toString("hex").toUpperCase();
  if (type === "List") return value.length === 0 ? null : Array.from(value).join(",");
  return String(value);
}

function bits(value) {
  if (Number.isNaN(value)) return "NaN";
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16);
}

// The values of each page, found through the offset index, lie between the bounds that the column index gives it.
async function check(options, buffer, columns) {
  const faults = [];
  let groupStart = 0;
  for (const [index, group] of options.metadata.row_groups.entries()) {
    const groupEnd = groupStart + Number(group.num_rows);
    const rows = await readWhole({ ...options, rowStart: groupStart, rowEnd: groupEnd, useOffsetIndex: true });
    group.columns.forEach((chunk, c) => {
      const name = `row group ${index}, ${columns[c].name}`;
      const values = rows.map((row) => row[c]);
      checkChunk(chunk, options.metadata, buffer, values, columns[c].type).forEach((fault) => faults.push(`${name}: ${fault}`));
    });
    groupStart = groupEnd;
  }
  return faults;
}

function checkChunk(chunk, metadata, buffer, values, type) {
  const faults = [];
  const { statistics } = chunk.meta_data;
  const nulls = (some) => some.filter((value) => value === null || value === undefined || (type === "List" && !value.length)).length;
  if (Number(statistics.null_count) !== nulls(values)) faults.push(`${statistics.null_count} nulls; found ${nulls(values)}`);
  faults.push(...outside(values, statistics.min_value, statistics.max_value, type));
  const path = chunk.meta_data.path_in_schema;

  // The physical type alone: for days and instants hyparquet does not expect that pages of nulls have empty bounds.
  const { type: physical } = metadata.schema.find((node) => node.name === path[path.length - 1] && node.type);
  const view = (offset) => ({ view: new DataView(buffer, Number(offset)), offset: 0 });
  const pages = readOffsetIndex(view(chunk.offset_index_offset)).page_locations;
  if (pages[0].first_row_index !== 0n) faults.push(`the first page begins with row ${pages[0].first_row_index}`);
  if (chunk.column_index_offset === undefined) return faults;
  const bounds = readColumnIndex(view(chunk.column_index_offset), { type: physical }, parsers);
  pages.forEach((page, i) => {
    const end = i + 1 < pages.length ? Number(pages[i + 1].first_row_index) : values.length;
    const held = values.slice(Number(page.first_row_index), end);
    if (Number(bounds.null_counts[i]) !== nulls(held)) faults.push(`page ${i}: ${bounds.null_counts[i]} nulls`);
    if (bounds.null_pages[i] !== (nulls(held) === held.length)) faults.push(`page ${i}: null page ${bounds.null_pages[i]}`);
    if (!bounds.null_pages[i]) faults.push(...outside(held, bounds.min_values[i], bounds.max_values[i], type));
  });
  return faults;
}

function outside(values, min, max, type) {
  const flat = type === "List" ? values.flatMap((value) => Array.from(value ?? [])) : values;
  return flat
    .filter((value) => value !== null && value !== undefined && !Number.isNaN(value))
    .filter((value) => compare(value, min) < 0 || (max !== undefined && compare(value, max) > 0))
    .map((value) => `${value} is not between ${min} and ${max}`);
}

function compare(left, right) {
  if (left instanceof Uint8Array) return Buffer.compare(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}
