/** A home and Joblens's folders for one test alone: nothing of this machine's user is read or changed. */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "./screen";

export interface OwnFolders {
  readonly HOME: string;
  readonly JOBLENS_HOME: string;
  readonly JOBLENS_CACHE: string;
}

export function ownFolders(folder: string): OwnFolders {
  const folders = {
    HOME: join(folder, "home"),
    JOBLENS_HOME: join(folder, "joblens"),
    JOBLENS_CACHE: join(folder, "cache"),
  };
  mkdirSync(folders.HOME);
  return folders;
}

/** A process that was started with these folders. */
export interface OwnProcess {
  readonly pid: number;
  readonly command: string;
}

export function processesWith({ JOBLENS_HOME }: OwnFolders): OwnProcess[] {
  const ours = `JOBLENS_HOME=${JOBLENS_HOME}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && readProcess(name, "environ").split("\0").includes(ours))
    .map((name) => ({ pid: Number(name), command: readProcess(name, "cmdline").split("\0").join(" ") }));
}

/**
 * Waits for the last process with these folders: an editor that was told to stop still writes what it remembers,
 * and a folder that is written into cannot be removed. MLflow's server is waited for by whoever has stopped it.
 */
export async function processesEnded(folders: OwnFolders, { servers = true } = {}): Promise<void> {
  let left: OwnProcess[] = [];
  const none = () => {
    left = processesWith(folders).filter(({ command }) => servers || !command.includes(SERVER));
    return left.length === 0 || undefined;
  };
  await until(none).catch(() => undefined);
  assert.deepEqual(left, [], "nothing goes on after its editor");
}

/** In the command of MLflow's server. */
const SERVER = "--backend-store-uri";

/** Empty for a process that is gone. */
function readProcess(pid: string, file: "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
