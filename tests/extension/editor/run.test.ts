/** Runs that do not go well, in a real VS Code on the hello-world example. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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
    assert.match(await editor.screen.terminalText(), /^before$/m);
    assert.match(readFileSync(join(editor.workspace, "job.yml"), "utf8"), /^command: echo before; exit 3$/m);
    await end.locator(".codicon-notifications-clear").click();
  });

  test("that goes on too long is cancelled from the palette", async () => {
    await editor.screen.replaceLine("command: echo", "command: echo waiting; sleep 600");
    await editor.screen.lens("Run locally").click();
    await editor.screen.terminalSays(/^waiting$/m);
    await editor.screen.command("Joblens: Cancel Run");
    await editor.screen.notification("Canceled").waitFor();
  });
});
