/** The notification when a run is over, with a button for each place to look next. */

import { commands, Uri, window, workspace } from "vscode";

import type { Run } from "./runs";
import { endSentence } from "./runText";

export async function tellEnd(run: Run, exitCode: number | undefined): Promise<void> {
  const file = run.title === run.name ? "Run" : `${run.title}: run`;
  const message = `${file} '${run.name}': ${endSentence(run.status, exitCode)}.`;
  const tell = run.status === "Failed" ? window.showErrorMessage : window.showInformationMessage;
  const actions = actionsFor(run);
  const answer = await tell(message, ...actions.keys());
  if (answer !== undefined) await actions.get(answer)?.();
}

function actionsFor({ name, terminal, trackingUrl, folder }: Run): Map<string, () => unknown> {
  const actions = new Map<string, () => unknown>();
  if (trackingUrl !== undefined) {
    actions.set("Open in MLflow", () => commands.executeCommand("joblens.openInMlflow", name));
  }
  actions.set("Show Log", () => {
    terminal.reveal();
  });
  if (folder !== undefined) actions.set("Open Run Folder", () => openFolder(Uri.file(folder)));
  return actions;
}

/** In the Explorer where the folder is part of the workspace (also when the files are on another machine). */
export async function openFolder(folder: Uri): Promise<void> {
  const command = workspace.getWorkspaceFolder(folder) ? "revealInExplorer" : "revealFileInOS";
  await commands.executeCommand(command, folder);
}
