/** The iris example in a real VS Code: what a user sees, clicks and gets. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { trackedRun } from "./runRecord";
import { PATIENCE, soon, until } from "./screen";
import { eachTestIsSeen, TestEditor } from "./testEditor";

/** Building the environment downloads it. */
const BUILD_PATIENCE = 480_000;

describe("the iris job in VS Code", { timeout: 900_000 }, () => {
  let editor: TestEditor;

  before(async () => {
    editor = await TestEditor.start("iris");
    await editor.open("job.yml");
  });

  after(() => editor.stop());

  eachTestIsSeen(() => editor);

  test("shows its lenses, and no problem", async () => {
    const lenses = editor.screen.page.locator(".codelens-decoration a");
    // The editor draws them anew now and then, and for that moment there are none.
    await until(async () => {
      const titles = (await lenses.allInnerTexts()).map((title) => title.trim());
      return isDeepStrictEqual(titles, ["Run locally", "Dry run", "Submit to cluster"]) || undefined;
    });
    assert.equal(await editor.screen.page.locator(".squiggly-error, .squiggly-warning").count(), 0);
    await editor.screen.picture("job");
  });

  test("explains the key under the mouse", async () => {
    const told = editor.screen.page.locator(".monaco-hover:visible", { hasText: "experiment" }).first();
    // Lenses that are drawn anew move the lines: then the mouse is elsewhere.
    await until(async () => {
      await editor.screen.page.mouse.move(0, 0);
      await editor.screen.word("experiment_name").hover();
      return soon(() => told.waitFor({ timeout: 10_000 }));
    });
  });

  test("completes a key", async () => {
    await editor.screen.typeLineAfter("type: command", "serv");
    await editor.screen.page.keyboard.press("Control+Space");
    const suggestions = editor.screen.page.locator(".suggest-widget.visible .monaco-list-row");
    await suggestions.filter({ hasText: "services" }).first().waitFor();
    await editor.screen.page.keyboard.press("Escape");
    await editor.screen.revert();
  });

  test("indents the line below a key without a value", async () => {
    const lines = editor.screen.page.locator(".editor-instance .view-line");
    await editor.screen.typeLineAfter("type: command", "services:");
    await lines.filter({ hasText: /^services:$/ }).waitFor();
    // As fast as people type: VS Code has seen a line before its end.
    await editor.screen.page.keyboard.type("\nssh:\ntype", { delay: 50 });
    await editor.screen.page.keyboard.press("Escape");
    await lines.filter({ hasText: /^\s{2}ssh:$/ }).waitFor();
    await lines.filter({ hasText: /^\s{4}type$/ }).waitFor();
    await editor.screen.revert();
  });

  test("underlines an unknown key, and lists it among the problems", async () => {
    await editor.screen.typeLineAfter("type: command", "experiment: iris");
    const squiggle = editor.screen.page.locator(".squiggly-error");
    await squiggle.first().waitFor();
    assert.equal(await squiggle.count(), 1);
    await editor.screen.command("Problems: Focus on Problems View");
    const problems = editor.screen.page.locator(".markers-panel .monaco-list-row", { hasText: "JL" });
    await problems.filter({ hasText: "experiment" }).first().waitFor();
    assert.equal(await problems.count(), 1);
    await editor.screen.picture("problem");
    await editor.screen.revert();
    await squiggle.first().waitFor({ state: "detached" });
  });

  test("tells in a dry run what would be run", async () => {
    await editor.screen.lens("Dry run").click();
    await editor.screen.page.locator(".tab", { hasText: "Dry run of job.yml" }).waitFor();
    await editor.screen.page
      .locator(".view-line", { hasText: "python main.py --iris-csv" })
      .first()
      .waitFor();
    await editor.screen.command("View: Close All Editors in Group");
  });

  test("trains the model when 'Run locally' is clicked, with its metrics in MLflow", async () => {
    await editor.open("job.yml");
    await editor.screen.lens("Run locally").click();
    await editor.screen.page.locator(".terminal-wrapper.active").waitFor();
    const end = editor.screen.notification(/Completed|Failed/);
    await end.waitFor({ timeout: BUILD_PATIENCE });
    // A message below the mouse stays.
    await end.hover();
    assert.match(await end.innerText(), /Completed/, await editor.screen.terminalText());
    await editor.screen.terminalSays(/Completed/);
    await editor.screen.picture("run");

    const run = await trackedRun(editor.workspace);
    assert.equal(run.info.status, "FINISHED");
    assert.ok((run.data.metrics ?? []).length > 0, "the run has metrics");
  });

  test("leads from the end of the run to its page in MLflow", async () => {
    const [page] = await Promise.all([
      editor.screen.page.waitForEvent("popup"),
      editor.screen
        .notification("Completed")
        .locator(".monaco-button", { hasText: "Open in MLflow" })
        .click(),
    ]);
    await page.getByText("Finished").first().waitFor({ timeout: PATIENCE });
    await page.close();
  });

  test("gets its language server back when that is killed", async () => {
    const killed = editor.serverProcess();
    assert.ok(killed !== undefined, "a language server runs");
    process.kill(killed, "SIGKILL");
    await until(() => [editor.serverProcess()].find((pid) => pid !== undefined && pid !== killed));
    await editor.screen.typeLineAfter("type: command", "experiment: iris");
    await editor.screen.page.locator(".squiggly-error").first().waitFor();
  });
});
