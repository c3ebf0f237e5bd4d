import { createInterface } from "node:readline";

/** Answers each JSON line of standard input with one on standard output. */
export async function jsonLines(answer) {
  const answers = [];
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    answers.push(JSON.stringify(await answer(JSON.parse(line))));
  }
  process.stdout.write(answers.map((line) => `${line}\n`).join(""));
}
