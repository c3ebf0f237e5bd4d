// DuckDB as a peer of the Parquet reader: one JSON object a line in, one a line out. {"make": path, "codec": name, "rows": n,
// "group": n} writes a file of two text columns in row groups of so many rows; {"read": path, "threads": n} sums the bytes of
// both, which decodes every value, and says the seconds, elapsed and of processors; {"run": sql} runs what makes other files.
// Uses the packages of tests/peers.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const { DuckDBInstance } = require("@duckdb/node-api");
const connection = await (await DuckDBInstance.create()).connect();
const query = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson();

const WORDS = ("the of and to in is that for it was on are as with his they at be this from have or by one had not but what all were "
  + "when we there can an your which their said if do will each about how up out them then she many some so these would other "
  + "into has more her two like him see time could no make than first been its who now people my made over did down only way "
  + "invoice payment refund delivery account password order customer shipping address subscription cancel broken screen battery "
  + "warranty replacement tracking number email phone support agent yesterday morning please thanks urgent problem error").split(" ");

// Texts of about 500 bytes of phrases that come again, as prompts have them, behind a number that does not.
const phrase = (k) => Array.from({ length: 8 }, (_, w) => WORDS[(k * 31 + w * w * 17 + ((k * 7919 + w * 104729) >> 3)) % WORDS.length]).join(" ");
const phrases = `[${Array.from({ length: 4096 }, (_, k) => `'${phrase(k)}'`).join(",")}]`;
const pick = (seed) => `phrases[1 + (hash(${seed}) % 4096)::BIGINT]`;
const select = (rows) => `SELECT 'ticket ' || i || ': ' || ${Array.from({ length: 10 }, (_, j) => pick(`i * 16 + ${j}`)).join(" || ' ' || ")}
  AS prompt, 'customer ' || (hash(i) % 100000) || ' of ' || ${pick("i + 1")} AS customer
  FROM range(${rows}) t(i), (SELECT ${phrases} AS phrases)`;

async function make({ make: path, codec, rows, group }) {
  await connection.run("SET threads = 2; SET preserve_insertion_order = true");
  await connection.run(`COPY (${select(rows)}) TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${group})`);
  return { made: path };
}

async function read({ read: path, threads }) {
  await connection.run(`SET threads = ${threads}`);
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  const [[rows, bytes]] = await query(`SELECT count(*), sum(strlen(prompt)) + sum(strlen(customer)) FROM '${path}'`);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(before);
  return { rows: Number(rows), bytes: Number(bytes), seconds, processorSeconds: (user + system) / 1e6 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = request.make ? make(request) : request.run ? connection.run(request.run).then(() => ({})) : read(request);
  process.stdout.write(JSON.stringify(await answer) + "\n");
}
