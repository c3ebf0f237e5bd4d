// Prints the committed list of texts on which tokenizers go wrong, one JSON string a line.

import { hardStrings } from "../data/tokens/hard_strings.mjs";

process.stdout.write(hardStrings().map((text) => `${JSON.stringify(text)}\n`).join(""));
