/** The job file that a command is about: ready to be run, or undefined when it is not to be. */

import { commands, Uri, window, workspace } from "vscode";

/** `argument` is what a lens passes; a command from the palette is about the active editor. */
export async function askedJob(argument: unknown): Promise<Uri | undefined> {
  const uri = typeof argument === "string" ? Uri.parse(argument) : window.activeTextEditor?.document.uri;
  if (!uri) {
    void window.showInformationMessage(
      "Open a job file first: this command is about the file in the editor.",
    );
    return undefined;
  }
  return (await isTrusted()) ? saved(uri) : undefined;
}

async function isTrusted(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = "Manage Trust";
  const answer = await window.showWarningMessage(
    "Joblens runs nothing in a folder that is not trusted.",
    manage,
  );
  if (answer === manage) await commands.executeCommand("workbench.trust.manage");
  return false;
}

/** Runs read the disk, so what is on the screen goes there first; an untitled file is asked a name. */
async function saved(uri: Uri): Promise<Uri | undefined> {
  const document = await workspace.openTextDocument(uri);
  return document.isDirty || document.isUntitled ? workspace.save(uri) : uri;
}
