import assert from "node:assert/strict";
import { test } from "node:test";

import { endSentence, statusLine, terminalLines } from "../../extension/src/views/runText";

test("a job's own line is shown as it is", () => {
  assert.deepEqual(terminalLines({ name: "r", kind: "line", text: "\x1b[1mepoch 1\x1b[0m" }), [
    "\x1b[1mepoch 1\x1b[0m",
  ]);
});

test("a note of several lines stays several lines", () => {
  assert.equal(terminalLines({ name: "r", kind: "note", text: "one\ntwo" }).length, 2);
});

test("a failure says its exit code, a success does not", () => {
  assert.equal(endSentence("Failed", 3), "Failed (exit code 3)");
  assert.equal(endSentence("Completed", 0), "Completed");
  assert.equal(endSentence("Canceled", undefined), "Canceled");
});

test("the status bar names one run and counts several", () => {
  const run = (name: string): { name: string; status: string } => ({ name, status: "Running" });
  assert.equal(statusLine([run("keen-owl")]), "$(sync~spin) keen-owl: Running");
  assert.equal(statusLine([run("a"), run("b")]), "$(sync~spin) 2 runs");
});
