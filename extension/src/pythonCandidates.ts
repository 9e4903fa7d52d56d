/** The interpreters this editor knows of, best first. */

import { existsSync } from "node:fs";
import { join } from "node:path";

import { extensions, type Uri, workspace } from "vscode";

import { log } from "./log";
import type { Candidate } from "./python";
import { isPackaged } from "./server";
import { PYTHON_SETTING, readSettings } from "./settings";

/** The part that we use of the Python extension's API. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri: Uri | undefined } } | undefined>;
  };
}

/** A setting is the user's word: when there is one, nothing else is tried. */
export async function pythonCandidates(extensionFolder: string): Promise<Candidate[]> {
  const { python } = readSettings();
  if (python !== "") return [{ command: python, origin: `the setting ${PYTHON_SETTING}` }];
  return [
    ...fromCheckout(extensionFolder),
    ...(await fromPythonExtension()),
    ...fromWorkspace(),
    ...fromPath(),
  ];
}

/** In a checkout the server's libraries are in its .venv, and nowhere else. */
function fromCheckout(extensionFolder: string): Candidate[] {
  if (isPackaged(extensionFolder)) return [];
  return [{ command: join(extensionFolder, ".venv", ...IN_VENV), origin: "this checkout's .venv" }];
}

async function fromPythonExtension(): Promise<Candidate[]> {
  const extension = extensions.getExtension<PythonExtension>("ms-python.python");
  if (!extension) return [];
  try {
    const { environments } = await extension.activate();
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const chosen = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    const executable = chosen?.executable.uri;
    return executable ? [{ command: executable.fsPath, origin: "the Python extension" }] : [];
  } catch (error) {
    // Its troubles are not ours: there are other places to look.
    log.warn("The Python extension did not say which interpreter is chosen:", error);
    return [];
  }
}

/** A folder that is not trusted must not choose a program for us to run. */
function fromWorkspace(): Candidate[] {
  if (!workspace.isTrusted) return [];
  return (workspace.workspaceFolders ?? [])
    .map((folder) => join(folder.uri.fsPath, ".venv", ...IN_VENV))
    .filter((path) => existsSync(path))
    .map((command) => ({ command, origin: "the workspace's .venv" }));
}

function fromPath(): Candidate[] {
  return ON_PATH.map((command) => ({ command, origin: "PATH" }));
}

const ON_WINDOWS = process.platform === "win32";
const IN_VENV = ON_WINDOWS ? ["Scripts", "python.exe"] : ["bin", "python"];
const ON_PATH = ON_WINDOWS ? ["python", "python3"] : ["python3", "python"];
