// Runs a Python script on MicroPython's WebAssembly build, with one package beside it.
//
//   node run.mjs FOLDER_OF_MICROPYTHON.MJS PACKAGE_FOLDER SCRIPT.py
//
// The script finds the package by its folder's name, such as `reference`, and nothing else. What it
// prints goes to stdout. An exception in it is shown on stderr and ends with status 1.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const MEBIBYTE = 1024 * 1024;

const [micropythonFolder, packageFolder, script] = process.argv.slice(2);
if (script === undefined) {
    console.error("usage: node run.mjs FOLDER_OF_MICROPYTHON.MJS PACKAGE_FOLDER SCRIPT.py");
    process.exit(2);
}

const module = pathToFileURL(resolve(micropythonFolder, "micropython.mjs"));
const { loadMicroPython } = await import(module);
const lines = [];
const python = await loadMicroPython({
    heapsize: 64 * MEBIBYTE,
    stdout: (line) => lines.push(line + "\n"),
});

function copy(from, to) {
    python.FS.mkdir(to);
    for (const entry of readdirSync(from, { withFileTypes: true })) {
        const path = join(from, entry.name);
        if (entry.isDirectory()) {
            copy(path, to + "/" + entry.name);
        } else if (entry.name.endsWith(".py")) {
            python.FS.writeFile(to + "/" + entry.name, readFileSync(path));
        }
    }
}
copy(packageFolder, "/" + basename(packageFolder));
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
