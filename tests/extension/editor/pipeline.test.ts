/** A pipeline whose step runs a component in a file, in a real VS Code: names lead from one file to the other. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { until } from "./screen";
import { eachTestIsSeen, TestEditor } from "./testEditor";

const PIPELINE = `type: pipeline
settings:
  default_compute: azureml:cpu-cluster
jobs:
  prepare:
    type: command
    component:
      type: command
      command: python main.py
      environment: azureml:train-env:1
  train:
    component: ./train.yml
    inputs:
      iris_csv:
        type: uri_file
        path: data/iris.csv
`;
const COMPONENT = `$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: train
type: command
command: python main.py --iris-csv \${{inputs.iris_csv}}
code: src
environment: azureml:train-env:1
inputs:
  iris_csv:
    type: uri_file
`;
const BROKEN = "command: python main.py\nenvironment: azureml:train-env:1\nexperimen_name: iris\n";

describe("a pipeline of files in VS Code", { timeout: 600_000 }, () => {
  let editor: TestEditor;
  const file = (name: string) => join(editor.workspace, name);
  /** Waits for what a file says: it is made empty first, and saved beside others. */
  const says = (name: string, text: RegExp) =>
    until(() => (existsSync(file(name)) && text.test(readFileSync(file(name), "utf8"))) || undefined);

  before(async () => {
    editor = await TestEditor.start("iris");
    writeFileSync(file("pipeline.yml"), PIPELINE);
    writeFileSync(file("train.yml"), COMPONENT);
    writeFileSync(file("broken.yml"), BROKEN);
    await editor.open("pipeline.yml");
    await editor.screen.lens("Submit to cluster").waitFor();
  });

  after(() => editor.stop());

  eachTestIsSeen(() => editor);

  test("shows what the component in the file is called", async () => {
    const line = editor.screen.line("component: ./train.yml");
    await until(async () => (/train\.yml\s*train$/.test((await line.innerText()).trim()) ? true : undefined));
  });

  test("renames an input in the pipeline and in the component", async () => {
    await editor.screen.word("iris_csv").click();
    await editor.screen.page.keyboard.press("F2");
    const box = editor.screen.page.locator(".rename-box input, .rename-input").first();
    await box.fill("table");
    await box.press("Enter");
    await editor.screen.line("table:").waitFor();
    await editor.screen.command("File: Save All");
    await says("train.yml", /\$\{\{inputs\.table\}\}/);
    await says("train.yml", /^ {2}table:$/m);
    await says("pipeline.yml", /^ {6}table:$/m);
  });

  test("moves a component into a file of its own", async () => {
    await editor.screen.line("python main.py").click();
    await editor.screen.chooseAction("Refactor...", "Extract component to prepare.yml");
    await editor.screen.line("component: ./prepare.yml").waitFor();
    await editor.screen.command("File: Save All");
    await says("prepare.yml", /^command: python main.py$/m);
  });

  test("checks the files that are not open, too", async () => {
    await editor.screen.command("Joblens: Check Workspace");
    await editor.screen.command("Problems: Focus on Problems View");
    const problems = editor.screen.page.locator(".markers-panel .monaco-list-row", { hasText: "JL101" });
    await problems.filter({ hasText: "experimen_name" }).first().waitFor();
  });
});
