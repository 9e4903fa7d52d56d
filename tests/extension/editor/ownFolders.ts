/** A home and Joblens's folders for one test alone: nothing of this machine's user is read or changed. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";

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
