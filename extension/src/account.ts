/** The editor's Microsoft account: signed in to when the user asks for it, then asked for tokens. */

import { authentication } from "vscode";

import { log } from "./log";
import type { SignIn } from "./settings";

const PROVIDER = "microsoft";
const SCOPE = "https://management.azure.com/.default";

/** Signs in, asking the user; false where this machine's own account (`az login`) is to be asked with. */
export async function signedIn(wanted: SignIn): Promise<boolean> {
  if (wanted === "machine") return false;
  try {
    await authentication.getSession(PROVIDER, [SCOPE], { createIfNone: true });
    return true;
  } catch (error) {
    if (wanted === "editor") throw error;
    log.info("The editor is not signed in to Azure, so this machine's own account is asked with:", error);
    return false;
  }
}

/** A token, if the user is signed in still; nothing is shown. It goes to the server and nowhere else. */
export async function editorToken(scope: string): Promise<string | undefined> {
  const session = await authentication.getSession(PROVIDER, [scope], { silent: true });
  return session?.accessToken;
}
