/** "Show log": a run's output when a run is named, else what Joblens itself logs. */

import { commands, type Disposable } from "vscode";

import { log } from "../log";
import { runNameOf } from "../views/runNodes";
import type { Runs } from "../views/runs";

export function showLog(runs: Runs): Disposable {
  return commands.registerCommand("joblens.showLog", (argument: unknown) => {
    const name = runNameOf(argument);
    if (name === undefined || !runs.reveal(name)) log.show(true);
  });
}
