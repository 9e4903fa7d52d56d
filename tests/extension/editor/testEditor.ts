/** A real VS Code with the packaged extension, a home of its own, and a page of Chromium that shows it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Browser, chromium, type Locator, type Page } from "playwright-core";

import { type CodeServer, startCodeServer } from "../../../scripts/codeServer.mjs";
import { EDITOR_SETTINGS } from "../../../scripts/editorSettings.mjs";
import { packageExtension } from "../../../scripts/package.mjs";
import { PYTHON } from "../../../scripts/pythonEnvironment.mjs";
import { ROOT } from "../../../scripts/root.mjs";

/** A busy machine takes its time; what is there sooner is seen sooner. */
export const PATIENCE = 90_000;

export class TestEditor {
  private constructor(
    /** Everything of this editor: its home, its workspace, Joblens's own folders. */
    readonly folder: string,
    readonly page: Page,
    private readonly browser: Browser,
    private readonly server: CodeServer,
  ) {
    page.setDefaultTimeout(PATIENCE);
  }

  /** Starts an editor on a copy of the example's folder; `python` is what joblens.python says. */
  static async start(example: string, python = PYTHON): Promise<TestEditor> {
    const folder = mkdtempSync(join(tmpdir(), "joblens-editor-"));
    const workspace = join(folder, "workspace");
    cpSync(join(ROOT, "examples", example), workspace, { recursive: true });
    mkdirSync(join(folder, "home"));
    const { vsix, stamp } = await packageExtension();
    const server = await startCodeServer({
      folder: join(folder, "editor"),
      settings: { ...EDITOR_SETTINGS, ...CALM },
      machineSettings: { "joblens.python": python },
      vsix,
      vsixStamp: stamp,
      env: ownFolders(folder),
    });
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return new TestEditor(folder, page, browser, server);
  }

  get workspace(): string {
    return join(this.folder, "workspace");
  }

  /** Shows a file of the workspace as `npm start` does: by the address. */
  async open(file: string): Promise<void> {
    await this.page.goto(this.server.address(this.workspace, join(this.workspace, file)));
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  lens(title: string): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: title });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  /** The text of the panel with a run's output. */
  async terminalText(): Promise<string> {
    const rows = await this.page.locator(".terminal-wrapper.active .xterm-rows > div").allInnerTexts();
    return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n");
  }

  async terminalSays(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!pattern.test(await this.terminalText())) {
      assert.ok(Date.now() < deadline, `the panel says ${pattern.source}, not\n${await this.terminalText()}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** The folder of the one run in this workspace. */
  runFolder(): string {
    const runs = join(this.workspace, ".joblens", "runs");
    const [name, ...others] = readdirSync(runs).filter((name) => !name.startsWith("."));
    assert.ok(name !== undefined && others.length === 0, `one run in ${runs}`);
    return join(runs, name);
  }

  /** The process of the language server, by the folders that only this editor gives it. */
  serverProcess(): number | undefined {
    const ours = `JOBLENS_HOME=${ownFolders(this.folder).JOBLENS_HOME}`;
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find((pid) => {
        const command = readProcess(pid, "cmdline").split("\0").join(" ");
        return command.includes("-m joblens lsp") && readProcess(pid, "environ").split("\0").includes(ours);
      });
  }

  /** Runs a command by its title, through the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input").first().fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  }

  /** Types an answer into the box at the top. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget:visible input").first();
    await input.fill(text);
    await input.press("Enter");
  }

  /** A word of the text that stands alone in its colour, such as a key. */
  word(text: string): Locator {
    return this.page
      .locator(".editor-instance .view-line span span", { hasText: new RegExp(`^${text}$`) })
      .first();
  }

  /** Adds a line below the one with this text, and types it as a user does. */
  async typeLineAfter(line: string, text: string): Promise<void> {
    await this.page.locator(".editor-instance .view-line", { hasText: line }).first().click();
    await this.page.keyboard.press("End");
    await this.page.keyboard.press("Enter");
    await this.page.keyboard.type(text);
  }

  /** Types over the whole line that has this text. */
  async replaceLine(line: string, text: string): Promise<void> {
    await this.page.locator(".editor-instance .view-line", { hasText: line }).first().click();
    await this.page.keyboard.press("Home");
    await this.page.keyboard.press("Shift+End");
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Escape");
  }

  /** A picture for the README, when asked for. */
  async picture(name: string): Promise<void> {
    if (process.env["JOBLENS_SCREENSHOTS"] !== "1") return;
    const folder = join(ROOT, "docs", "images");
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** What the editor showed at the end of a test, for whoever has to find out why it failed. */
  async keepEvidence(test: string): Promise<void> {
    const folder = join(ROOT, ".cache", "evidence");
    await this.page.screenshot({ path: join(folder, `${test.replaceAll(/\W+/g, "-")}.png`) });
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    // MLflow's server outlives the editor, as it should; here nothing is left for it to do.
    const env = { ...process.env, PYTHONPATH: join(ROOT, "server"), ...ownFolders(this.folder) };
    execFileSync(PYTHON, ["-m", "joblens", "ui", "--stop"], { env });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What `look` finds, as soon as it finds something. */
export async function until<T>(look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, "it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function ownFolders(folder: string): { HOME: string; JOBLENS_HOME: string; JOBLENS_CACHE: string } {
  return {
    HOME: join(folder, "home"),
    JOBLENS_HOME: join(folder, "joblens"),
    JOBLENS_CACHE: join(folder, "cache"),
  };
}

/** Empty for a process that is gone. */
function readProcess(pid: number, file: "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** Nothing that moves or opens by itself. */
const CALM = {
  "editor.minimap.enabled": false,
  "git.enabled": false,
  // Text in the page, not a picture of it.
  "terminal.integrated.gpuAcceleration": "off",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.reduceMotion": "on",
};
