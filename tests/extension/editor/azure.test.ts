/** The names of an Azure ML workspace in a real VS Code: chosen, shown in the status bar, offered in a job. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { chooseWorkspace, startWithAzure, workspaceAnswers } from "./azureEditor";
import type { ControlPlane } from "./controlPlane";
import { soon, until } from "./screen";
import { eachTestIsSeen, type TestEditor } from "./testEditor";

const JOB = `$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: ls \${{inputs.table}}
environment:
compute:
inputs:
  table:
    type: uri_file
    path:
`;

/** What is not in a list of proposals by then is not in it. */
const LIST_PATIENCE = 5_000;

describe("an Azure ML workspace in VS Code", { timeout: 600_000 }, () => {
  let stop: () => Promise<void>;
  let plane: ControlPlane;
  let editor: TestEditor;

  before(async () => {
    ({ editor, plane, stop } = await startWithAzure());
    writeFileSync(join(editor.workspace, "cluster.yml"), JOB);
    await editor.open("cluster.yml");
    await editor.screen.lens("Submit to cluster").waitFor();
  });

  after(() => stop());

  eachTestIsSeen(() => editor);

  const workspace = () => editor.screen.page.locator(".statusbar-item", { hasText: "tests-workspace" });

  /** Types at the end of a line, and takes a proposal. */
  async function take(line: string, typed: string, proposal: string | RegExp): Promise<void> {
    await editor.screen.line(line).click();
    await editor.screen.page.keyboard.press("End");
    await editor.screen.page.keyboard.type(typed);
    const rows = editor.screen.page.locator(".suggest-widget.visible .monaco-list-row");
    const row = rows.filter({ hasText: proposal }).first();
    // The list shows what was known when it was asked for; names that came later are in the next one.
    await until(async () => {
      if (await soon(() => row.click({ timeout: LIST_PATIENCE }))) return true;
      await editor.screen.putAway();
      await editor.screen.page.keyboard.press("Control+Space");
      return undefined;
    });
  }

  test("nothing is asked of Azure when a job is opened", async () => {
    assert.deepEqual(await plane.ask({ calls: "." }), []);
    assert.equal(await workspace().count(), 0);
  });

  test("the status bar shows the workspace that was chosen, and that it answers", async () => {
    await chooseWorkspace(editor);
    await workspaceAnswers(editor);
  });

  test("an environment is chosen by its name, with the newest version", async () => {
    await take("environment:", " azureml:", /^sklearn(?!-)/);
    await editor.screen.line("environment: azureml:sklearn:12").waitFor();
  });

  test("a cluster is chosen among the computes, with its size beside it", async () => {
    await take("compute:", " azureml:", "gpu-cluster");
    await editor.screen.line("compute: azureml:gpu-cluster").waitFor();
  });

  test("the version of a data asset is chosen behind the second colon", async () => {
    await take("path:", " azureml:titanic:", "titanic:1");
    await editor.screen.line("path: azureml:titanic:1").waitFor();
  });

  test("a name that the workspace does not have gets a warning", async () => {
    await editor.screen.replaceLine("compute: azureml:gpu-cluster", "compute: azureml:gpu-clutser");
    await editor.screen.page.locator(".squiggly-warning").first().waitFor();
  });

  test("a cluster that is missing is made once that is confirmed", async () => {
    await editor.screen.line("compute: azureml:gpu-clutser").click();
    await editor.screen.page.keyboard.press("End");
    await editor.screen.chooseAction("Quick Fix...", "Create the cluster 'gpu-clutser'");
    const question = editor.screen.notification("0 to 4 instances of STANDARD_DS3_V2?");
    await question.getByText("Create", { exact: true }).click();
    await editor.screen.notification("The cluster 'gpu-clutser' is made.").waitFor();
    await editor.screen.page.locator(".squiggly-warning").first().waitFor({ state: "detached" });
    const made = await plane.ask({ calls: "PUT .*/computes/gpu-clutser$" });
    assert.equal((made as unknown[]).length, 1);
  });

  test("the status bar tells when the network is gone, and names are offered all the same", async () => {
    await plane.ask({ fault: { cut_after: 0 } });
    await editor.screen.command("Joblens: Restart Language Server");
    await workspace().locator(".codicon-debug-disconnect").waitFor();
    await editor.screen.replaceLine("compute: azureml:gpu-clutser", "compute:");
    await take("compute:", " azureml:", "cpu-cluster");
    await editor.screen.line("compute: azureml:cpu-cluster").waitFor();
  });
});
