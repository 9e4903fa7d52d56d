import assert from "node:assert/strict";
import { test } from "node:test";

import { type Ask, type Candidate, findPython, pythonMissing, readAnswer } from "../../extension/src/python";

const SETTING: Candidate = { command: "/opt/old/python", origin: "the setting joblens.python" };
const PATH: Candidate = { command: "python3", origin: "PATH" };

/** A machine with these interpreters and no others. */
function machine(pythons: Record<string, [number, number]>): Ask {
  return (command) => {
    const version = pythons[command];
    if (version) return Promise.resolve({ path: `/usr/bin/${command}`, version });
    return Promise.reject(Object.assign(new Error(`spawn ${command} ENOENT`), { code: "ENOENT" }));
  };
}

test("the first interpreter that is new enough is taken", async () => {
  const found = await findPython([SETTING, PATH], machine({ "/opt/old/python": [3, 9], python3: [3, 12] }));
  assert.deepEqual(found.interpreter, { path: "/usr/bin/python3", version: [3, 12], origin: "PATH" });
});

test("3.10 is new enough, and so is a version 4", async () => {
  for (const version of [
    [3, 10],
    [4, 0],
  ] as const) {
    const found = await findPython([PATH], machine({ python3: [...version] }));
    assert.deepEqual(found.interpreter?.version, version);
  }
});

test("each interpreter that will not do is named with its reason", async () => {
  const { interpreter, refused } = await findPython([SETTING, PATH], machine({ "/opt/old/python": [3, 9] }));
  assert.equal(interpreter, undefined);
  assert.equal(
    pythonMissing(refused),
    "Joblens needs Python 3.10 or newer. /opt/old/python (the setting joblens.python) is Python 3.9." +
      " python3 (PATH) does not exist.",
  );
});

test("without a single candidate the message still says what is needed", () => {
  assert.equal(pythonMissing([]), "Joblens needs Python 3.10 or newer and found none.");
});

test("this machine's own Python is asked and answers with its full path", async () => {
  const { interpreter, refused } = await findPython([
    { command: process.env["PYTHON"] ?? "python3", origin: "PATH" },
  ]);
  assert.ok(interpreter, refused.join());
  assert.match(interpreter.path, /[\\/]/);
});

test("a program that is no Python is refused", async () => {
  const { refused } = await findPython([{ command: process.execPath, origin: "PATH" }]);
  assert.equal(refused.length, 1);
});

test("an answer may have Windows line ends and spaces in its path", () => {
  assert.deepEqual(readAnswer("3 13 C:\\Program Files\\Python\\python.exe\r\n"), {
    path: "C:\\Program Files\\Python\\python.exe",
    version: [3, 13],
  });
});
