import { createInterface } from "node:readline";

/** Answers each JSON line of standard input with one on standard output. */
export const jsonLines = (answer) => allJsonLines(async (values) => {
  const answers = [];
  for (const value of values) {
    answers.push(await answer(value));
  }
  return answers;
});

/** Answers all JSON lines of standard input at once, with as many on standard output. */
export async function allJsonLines(answer) {
  const values = [];
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    values.push(JSON.parse(line));
  }
  const answers = await answer(values);
  process.stdout.write(answers.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
