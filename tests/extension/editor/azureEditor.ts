/** An editor beside the stand-in for Azure, and how its workspace is chosen there. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ControlPlane } from "./controlPlane";
import { soon, until } from "./screen";
import { TestEditor } from "./testEditor";

/** The workspaces are asked for first. */
const LIST_PATIENCE = 30_000;

export interface AzureEditor {
  readonly editor: TestEditor;
  readonly plane: ControlPlane;
  /** For files beside those of the editor's workspace. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/** Starts both on a copy of the iris example; with storage, jobs can be sent too. */
export async function startWithAzure({
  storage = false,
  settings = {},
}: { storage?: boolean; settings?: Record<string, unknown> } = {}): Promise<AzureEditor> {
  const folder = mkdtempSync(join(tmpdir(), "joblens-azure-"));
  const plane = await ControlPlane.start(folder, { storage });
  const end = async () => {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const editor = await TestEditor.start("iris", {
      settings: { "joblens.azure.signIn": "machine", ...settings },
      env: plane.welcome.environment,
    });
    const stop = () => editor.stop().finally(end);
    return { editor, plane, folder, stop };
  } catch (error) {
    await end();
    throw error;
  }
}

export async function chooseWorkspace({ screen }: TestEditor): Promise<void> {
  const rows = screen.page.locator(".quick-input-widget:visible .monaco-list-row");
  // The list goes when something else takes the focus.
  await until(async () => {
    await screen.command("Joblens: Choose Workspace");
    return soon(() => rows.filter({ hasText: "tests-workspace" }).click({ timeout: LIST_PATIENCE }));
  });
}

/** Waits until the status bar shows that the workspace is in use and answers. */
export async function workspaceAnswers({ screen }: TestEditor): Promise<void> {
  const item = screen.page.locator(".statusbar-item", { hasText: "tests-workspace" });
  await item.locator(".codicon-cloud").waitFor();
}
