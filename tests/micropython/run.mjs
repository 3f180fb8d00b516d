// Runs a Python script on MicroPython's WebAssembly build, with the reference alone beside it.
//
//   node run.mjs FOLDER_OF_MICROPYTHON.MJS REFERENCE_FOLDER SCRIPT.py
//
// The script finds the reference as the package `reference` and nothing else of purenn. What it
// prints goes to stdout. An exception in it is shown on stderr and ends with status 1.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const MEBIBYTE = 1024 * 1024;

const [micropythonFolder, referenceFolder, script] = process.argv.slice(2);
if (script === undefined) {
    console.error("usage: node run.mjs FOLDER_OF_MICROPYTHON.MJS REFERENCE_FOLDER SCRIPT.py");
    process.exit(2);
}

const module = pathToFileURL(resolve(micropythonFolder, "micropython.mjs"));
const { loadMicroPython } = await import(module);
const lines = [];
const python = await loadMicroPython({
    heapsize: 64 * MEBIBYTE,
    stdout: (line) => lines.push(line + "\n"),
});

python.FS.mkdir("/reference");
for (const name of readdirSync(referenceFolder)) {
    if (name.endsWith(".py")) {
        python.FS.writeFile("/reference/" + name, readFileSync(join(referenceFolder, name)));
    }
}
python.runPython("import sys; sys.path.insert(0, '/')");

try {
    python.runPython(readFileSync(script, "utf8"));
} catch (error) {
    if (error.name !== "PythonError") throw error;
    console.error(error.message.trimEnd());
    process.exitCode = 1;
} finally {
    process.stdout.write(lines.join(""));
}
