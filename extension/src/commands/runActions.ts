/** A click on the status bar: what can be done with a run that is going on. */

import { commands, type Disposable, type QuickPickItem, Uri, window } from "vscode";

import { tellingFailure } from "../tellFailure";
import { openFolder } from "../views/runEnd";
import type { Run, Runs } from "../views/runs";

interface Action extends QuickPickItem {
  readonly act: () => unknown;
}

export function runActions(runs: Runs): Disposable {
  return commands.registerCommand("joblens.runActions", () =>
    tellingFailure(async () => {
      const actions = runs.live().flatMap(actionsFor);
      const chosen = await window.showQuickPick(actions, { title: "Runs on This Machine" });
      await chosen?.act();
    }),
  );
}

function actionsFor({ name, title, folder }: Run): Action[] {
  const description = title === name ? name : `${title}, ${name}`;
  const actions: Action[] = [
    {
      label: "$(output) Show Log",
      description,
      act: () => commands.executeCommand("joblens.showLog", name),
    },
    {
      label: "$(debug-stop) Cancel Run",
      description,
      act: () => commands.executeCommand("joblens.cancelRun", name),
    },
  ];
  if (folder === undefined) return actions;
  const open = {
    label: "$(folder-opened) Open Run Folder",
    description,
    act: () => openFolder(Uri.file(folder)),
  };
  return [...actions, open];
}
