/** Runs that do not go well, in a real VS Code on the hello-world example. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { eachTestIsSeen, TestEditor } from "./testEditor";

describe("a run in VS Code", { timeout: 600_000 }, () => {
  let editor: TestEditor;

  before(async () => {
    editor = await TestEditor.start("hello-world");
    await editor.open("job.yml");
    await editor.screen.lens("Run locally").waitFor();
  });

  after(() => editor.stop());

  eachTestIsSeen(() => editor);

  test("that fails says so, of the text as it is on the screen", async () => {
    await editor.screen.replaceLine("command: echo", "command: echo before; exit 3");
    await editor.screen.lens("Run locally").click();
    const end = editor.screen.notification("Failed (exit code 3)");
    await end.waitFor();
    await editor.screen.terminalSays(/^before$/m);
    assert.match(readFileSync(join(editor.workspace, "job.yml"), "utf8"), /^command: echo before; exit 3$/m);
    await end.locator(".codicon-notifications-clear").click();
  });

  const row = (status: string) =>
    editor.screen.page
      .locator(".pane", { hasText: "Joblens Runs" })
      .locator(".monaco-list-row", { hasText: status });

  test("that goes on, and one that is over, are there again in a new window", async () => {
    await editor.screen.replaceLine(
      "command: echo",
      "command: echo on; while [ ! -e ../../../../go ]; do sleep 0.1; done",
    );
    await editor.screen.lens("Run locally").click();
    await editor.screen.terminalSays(/^on$/m);
    await editor.screen.page.reload();
    await editor.screen.page.locator(".statusbar-item", { hasText: ": Running" }).waitFor();
    await editor.screen.command("Focus on Joblens Runs View");
    await row("Running").waitFor();
    await row("Failed").click();
    await editor.screen.terminalSays(/^before$/m);
    assert.equal(await editor.screen.notification("Failed").count(), 0, "that was told when it happened");
    writeFileSync(join(editor.workspace, "go"), "");
    await editor.screen.notification("Completed").waitFor();
  });

  test("that goes on too long is cancelled from the palette", async () => {
    await editor.screen.replaceLine("command: echo", "command: echo waiting; sleep 600");
    await editor.screen.lens("Run locally").click();
    await editor.screen.terminalSays(/^waiting$/m);
    await editor.screen.command("Joblens: Cancel Run");
    await editor.screen.notification("Canceled").waitFor();
  });
});
