/** "Show log": a run's output when a run is named, else what Joblens itself logs. */

import { commands, type Disposable } from "vscode";

import { log } from "../log";
import type { Runs } from "../views/runs";

export function showLog(runs: Runs): Disposable {
  return commands.registerCommand("joblens.showLog", (argument: unknown) => {
    if (typeof argument !== "string" || !runs.reveal(argument)) log.show(true);
  });
}
