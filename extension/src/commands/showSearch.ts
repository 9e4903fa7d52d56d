/** "Show search": the page about a sweep's search, beside the file. */

import { commands, type Disposable } from "vscode";

import { askedSweep } from "../askedRun";
import { tellingFailure } from "../tellFailure";
import type { Runs } from "../views/runs";
import { runNameOf } from "../views/runNodes";
import type { SearchPanels } from "../views/searchPanels";

export function showSearch(runs: Runs, panels: SearchPanels): Disposable {
  return commands.registerCommand("joblens.showSearch", (argument: unknown) =>
    tellingFailure(async () => {
      const name = runNameOf(argument) ?? (await askedSweep(runs.sweeps(), "Show Which Search?"));
      if (name !== undefined) await panels.show(name);
    }),
  );
}
