/** A folder that is not trusted, in a real VS Code: jobs are explained, and nothing runs. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { eachTestIsSeen, TestEditor } from "./testEditor";

describe("a folder that is not trusted", { timeout: 300_000 }, () => {
  let editor: TestEditor;

  before(async () => {
    editor = await TestEditor.start("hello-world", { trusted: false });
    await editor.open("job.yml");
  });

  after(() => editor.stop());

  eachTestIsSeen(() => editor);

  test("gets its problems shown", async () => {
    await editor.screen.typeLineAfter("type: command", "experiment: hello");
    await editor.screen.page.locator(".squiggly-error").first().waitFor();
  });

  test("is told why nothing runs", async () => {
    await editor.screen.lens("Run locally").click();
    await editor.screen.notification("Joblens runs nothing in a folder that is not trusted.").waitFor();
    assert.ok(!existsSync(join(editor.workspace, ".joblens")));
  });
});
