// Runs a Python script on Pyodide, CPython in WebAssembly, with a wheel of purenn installed.
//
//   node pyodide.mjs FOLDER_OF_PYODIDE.MJS WHEEL SCRIPT.py
//
// The script finds the wheel's purenn.reference as `reference` too. What it prints goes to stdout.
// An exception in it is shown on stderr and ends with status 1.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, wheel, script] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(resolve(folder), "pyodide.mjs")));
const python = await loadPyodide();
try {
    python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
    python.runPython("import sys, purenn.reference; sys.modules['reference'] = purenn.reference");
    python.runPython(readFileSync(script, "utf8"));
} catch (error) {
    console.error(error.message.trimEnd());
    process.exitCode = 1;
}
