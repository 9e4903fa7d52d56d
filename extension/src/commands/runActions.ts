/** A click on the status bar: what can be done with a run that is going on. */

import { commands, type Disposable, type QuickPickItem, Uri, window } from "vscode";

import { tellingFailure } from "../tellFailure";
import { openFolder } from "../views/runEnd";
import type { Runs } from "../views/runs";

interface Action extends QuickPickItem {
  readonly act: () => unknown;
}

export function runActions(runs: Runs): Disposable {
  return commands.registerCommand("joblens.runActions", () =>
    tellingFailure(async () => {
      const actions = runs.live().flatMap((name) => actionsFor(name, runs.folderOf(name)));
      const chosen = await window.showQuickPick(actions, { title: "Runs on This Machine" });
      await chosen?.act();
    }),
  );
}

function actionsFor(name: string, folder: string | undefined): Action[] {
  const actions: Action[] = [
    {
      label: "$(output) Show Log",
      description: name,
      act: () => commands.executeCommand("joblens.showLog", name),
    },
    {
      label: "$(debug-stop) Cancel Run",
      description: name,
      act: () => commands.executeCommand("joblens.cancelRun", name),
    },
  ];
  if (folder === undefined) return actions;
  const open = {
    label: "$(folder-opened) Open Run Folder",
    description: name,
    act: () => openFolder(Uri.file(folder)),
  };
  return [...actions, open];
}
