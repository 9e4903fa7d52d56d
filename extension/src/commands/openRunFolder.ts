/** "Open run folder": where a run's outputs and logs are. */

import { commands, type Disposable, Uri } from "vscode";

import { tellingFailure } from "../tellFailure";
import { openFolder } from "../views/runEnd";
import { runNameOf } from "../views/runNodes";
import type { Runs } from "../views/runs";

export function openRunFolder(runs: Runs): Disposable {
  return commands.registerCommand("joblens.openRunFolder", (argument: unknown) =>
    tellingFailure(async () => {
      const folder = runs.folderOf(runNameOf(argument) ?? "");
      if (folder !== undefined) await openFolder(Uri.file(folder));
    }),
  );
}
