// Values that DuckDB read, in the form in which the tests of BatchLLM's Parquet reader show them: a list is an array, a
// struct an object, a map an array of pairs, null null, and any other value the text of ParquetColumn.TryGetText.

// No digits of the second's fraction, or three, six or nine.
export function fraction(text) {
  return text.replace(/\.(\d+)/, (_, digits) => {
    const significant = digits.replace(/0+$/, "");
    const width = Math.ceil(significant.length / 3) * 3;
    return width === 0 ? "" : "." + significant.padEnd(width, "0");
  });
}

// Readable text as it is, anything else as base64.
export function readable(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text) ? Buffer.from(bytes).toString("base64") : text;
  } catch {
    return Buffer.from(bytes).toString("base64");
  }
}

function interval({ months, days, micros }) {
  return `P${months}M${days}DT${micros / 1000000n}${fraction("." + String(micros % 1000000n).padStart(6, "0"))}S`;
}

function scalar(value, type) {
  const name = String(type);
  if (name === "BLOB") return readable(value.bytes);
  if (name === "INTERVAL") return interval(value);
  if (name.startsWith("TIMESTAMP")) return fraction(String(value).replace(" ", "T").replace(/\+00$/, "Z"));
  if (name.startsWith("TIME")) return fraction(String(value).replace(/\+00(:00)?$/, "Z"));
  return String(value);
}

// The value of a type, as @duckdb/node-api gives both.
export function show(value, type) {
  if (value === null) return null;
  if (type.entryNames) {
    return Object.fromEntries(type.entryNames.map((name, i) => [name, show(value.entries[name], type.entryTypes[i])]));
  }
  if (type.keyType) return value.entries.map(({ key, value }) => [show(key, type.keyType), show(value, type.valueType)]);
  if (type.valueType) return value.items.map((item) => show(item, type.valueType));
  return scalar(value, type);
}

// hyparquet turns most scalars into what JavaScript has, which loses digits: their places and nulls are compared, and of
// numbers and texts the values.
export function showOther(value, type, peer) {
  if (value === null || value === undefined) return null;
  if (peer === null) return "a value, where DuckDB reads null";
  if (type.entryNames) {
    return Object.fromEntries(
      type.entryNames.map((name, i) => [name, showOther(value[name], type.entryTypes[i], peer[name])]));
  }
  if (type.keyType) {
    const entries = Object.entries(value);
    // What JavaScript makes of a map has each key once, and numbers before the others.
    return entries.length === peer.length && entries.every(([key], i) => key === peer[i][0])
      ? entries.map(([key, item], i) => [key, showOther(item, type.valueType, peer[i][1])])
      : peer;
  }
  if (type.valueType) return value.map((item, i) => showOther(item, type.valueType, peer[i]));
  return ["BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "VARCHAR"].includes(String(type)) && typeof value !== "object"
    ? String(value)
    : peer;
}
