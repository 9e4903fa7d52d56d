/** A real VS Code with the packaged extension, and a home and folders of its own. */

import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "node:test";

import { type CodeServer, startCodeServer } from "../../../scripts/codeServer.mjs";
import { EDITOR_SETTINGS } from "../../../scripts/editorSettings.mjs";
import { packageExtension } from "../../../scripts/package.mjs";
import { PYTHON } from "../../../scripts/pythonEnvironment.mjs";
import { ROOT } from "../../../scripts/root.mjs";
import { type OwnFolders, ownFolders, processesWith } from "./ownFolders";
import { stopTracking } from "./runRecord";
import { EVIDENCE, Screen } from "./screen";

export interface Choices {
  /** What joblens.python says. */
  readonly python?: string;
  /** Whether the folder is trusted; if not, nothing asks for it either. */
  readonly trusted?: boolean;
  readonly settings?: Record<string, unknown>;
  readonly env?: NodeJS.ProcessEnv;
}

export class TestEditor {
  private constructor(
    readonly folders: OwnFolders,
    readonly workspace: string,
    readonly screen: Screen,
    private readonly server: CodeServer,
    private readonly folder: string,
  ) {}

  /** Starts an editor on a copy of the example's folder. */
  static async start(
    example: string,
    { python = PYTHON, trusted = true, settings = {}, env = {} }: Choices = {},
  ): Promise<TestEditor> {
    const folder = mkdtempSync(join(tmpdir(), "joblens-editor-"));
    const workspace = join(folder, "workspace");
    mkdirSync(workspace);
    cpSync(join(ROOT, "examples", example), workspace, { recursive: true });
    const folders = ownFolders(folder);
    const { vsix, stamp } = await packageExtension();
    const server = await startCodeServer({
      folder: join(folder, "editor"),
      settings: { ...EDITOR_SETTINGS, ...CALM, ...settings },
      machineSettings: { "joblens.python": python },
      vsix,
      vsixStamp: stamp,
      // Whether a container engine answers here must not decide where the tests' jobs run.
      env: { ...env, ...folders, JOBLENS_BACKEND: "process" },
      askForTrust: !trusted,
    });
    try {
      return new TestEditor(folders, workspace, await Screen.launch(), server, folder);
    } catch (error) {
      // A process that is left would keep the tests from ending.
      await server.stop();
      throw error;
    }
  }

  /** Shows a file of the workspace as `npm start` does: by the address. */
  open(file: string): Promise<void> {
    return this.screen.open(this.server.address(this.workspace, join(this.workspace, file)));
  }

  /** The process of the language server, by the folders that only this editor gives it. */
  serverProcess(): number | undefined {
    return processesWith(this.folders).find(({ command }) => command.includes("-m joblens lsp"))?.pid;
  }

  async stop(): Promise<void> {
    await this.screen.close().finally(() => this.server.stop());
    await stopTracking(this.folders);
    mkdirSync(join(EVIDENCE, "logs"), { recursive: true });
    cpSync(join(this.folder, "editor", "data", "logs"), join(EVIDENCE, "logs"), { recursive: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Every test begins with nothing open over the editor, whatever the one before left there, and leaves a picture. */
export function eachTestIsSeen(editor: () => TestEditor): void {
  beforeEach(() => editor().screen.putAway());
  afterEach((test) => editor().screen.keepEvidence(test.name));
}

/** Nothing that moves, and text in the page where there would be a picture of it. */
const CALM = {
  "editor.minimap.enabled": false,
  "git.enabled": false,
  "security.workspace.trust.startupPrompt": "never",
  "terminal.integrated.gpuAcceleration": "off",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.reduceMotion": "on",
};
