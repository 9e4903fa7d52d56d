/** The one output channel: what the extension does, and what the server says on its standard error. */

import { window } from "vscode";

export const log = window.createOutputChannel("Joblens", { log: true });
