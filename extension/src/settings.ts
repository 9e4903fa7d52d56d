/** The user's settings, typed; only this file knows their names. */

import { ConfigurationTarget, type Uri, workspace } from "vscode";

export type Backend = "auto" | "process" | "container" | "ray";

/** Whose account Azure is asked with: the editor's if there is one, or one of the two. */
export type SignIn = "auto" | "editor" | "machine";

export interface Settings {
  /** A path or a command; empty when Joblens is to look for a Python itself. */
  readonly python: string;
  readonly backend: Backend;
  readonly signIn: SignIn;
}

export const PYTHON_SETTING = "joblens.python";

export function readSettings(scope?: Uri): Settings {
  const settings = workspace.getConfiguration("joblens", scope);
  return {
    python: settings.get<string>("python", "").trim(),
    backend: settings.get<Backend>("run.backend", "auto"),
    signIn: settings.get<SignIn>("azure.signIn", "auto"),
  };
}

export async function writePython(path: string): Promise<void> {
  await workspace.getConfiguration("joblens").update("python", path, ConfigurationTarget.Global);
}
