/** The user's settings, typed; only this file knows their names. */

import { ConfigurationTarget, type Uri, workspace } from "vscode";

export type Backend = "auto" | "process" | "container" | "ray";

export interface Settings {
  /** A path or a command; empty when Joblens is to look for a Python itself. */
  readonly python: string;
  readonly backend: Backend;
}

export const PYTHON_SETTING = "joblens.python";

export function readSettings(scope?: Uri): Settings {
  const settings = workspace.getConfiguration("joblens", scope);
  return {
    python: settings.get<string>("python", "").trim(),
    backend: settings.get<Backend>("run.backend", "auto"),
  };
}

export async function writePython(path: string): Promise<void> {
  await workspace.getConfiguration("joblens").update("python", path, ConfigurationTarget.Global);
}
