/** What a user sees and does in a page of Chromium that shows VS Code. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { type Browser, chromium, errors, type Locator, type Page } from "playwright-core";

import { ROOT } from "../../../scripts/root.mjs";

/** A busy machine takes its time; what is there sooner is seen sooner. */
export const PATIENCE = Number(process.env["JOBLENS_PATIENCE"] ?? 90_000);

/** A menu that has not come by then was closed before it could be seen. */
const MENU_PATIENCE = 10_000;

/** A palette that does not offer a command by then never will. */
const PALETTE_PATIENCE = 10_000;

/** What could not be clicked by then is gone. */
const CLICK_PATIENCE = 1_000;

/** A panel that has not come by then was put away. */
const PANEL_PATIENCE = 10_000;

/** A picture is for whoever looks later. */
const PICTURE_PATIENCE = 10_000;

/** How long a busy editor may take to close what it was told to close. */
const OVERLAY_PATIENCE = 5_000;

/** What takes the keys that are meant for the editor below it. */
const OVERLAYS = [
  ...[".quick-input-widget", ".action-widget", ".monaco-menu", ".monaco-dialog-box"],
  ...[".suggest-widget.visible", ".rename-box", ".find-widget.visible"],
].join(", ");

/** Where tests leave pictures and the editor's logs. */
export const EVIDENCE = join(ROOT, ".cache", "evidence");

export class Screen {
  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
  ) {
    page.setDefaultTimeout(PATIENCE);
    page.setDefaultNavigationTimeout(PATIENCE);
  }

  static async launch(): Promise<Screen> {
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    return new Screen(await browser.newPage({ viewport: { width: 1280, height: 800 } }), browser);
  }

  /** Shows an address that opens a file, and waits for its text. */
  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  lens(title: string): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: title });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  /** A word of the text that stands alone in its colour, such as a key. */
  word(text: string): Locator {
    const words = this.page.locator(".editor-instance .view-line span span");
    return words.filter({ hasText: new RegExp(`^${text}$`) }).first();
  }

  line(text: string): Locator {
    return this.page.locator(".editor-instance .view-line", { hasText: text }).first();
  }

  /** Adds a line below the one with this text, and types it as a user does. */
  async typeLineAfter(line: string, text: string): Promise<void> {
    await this.line(line).click();
    await this.page.keyboard.press("End");
    await this.page.keyboard.press("Enter");
    await this.page.keyboard.type(text);
  }

  /** Types over the whole line that has this text. */
  async replaceLine(line: string, text: string): Promise<void> {
    await this.line(line).click();
    await this.page.keyboard.press("Home");
    await this.page.keyboard.press("Shift+End");
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Escape");
  }

  /** Runs a command by its title, through the palette. */
  async command(title: string): Promise<void> {
    await until(() => this.chosen(title));
  }

  /**
   * Looks for a command as somebody does who sees that the editor is busy: what was typed into a palette that was
   * not ready is lost, and one that was opened before a command was there never offers it. Then it is opened anew.
   */
  private async chosen(title: string): Promise<true | undefined> {
    await this.putAway();
    await this.page.keyboard.press("F1");
    const palette = this.page.locator(".quick-input-widget:visible");
    const input = palette.locator("input[type=text]").first();
    // What was used lately stands there before the search: only what was found has letters that stand out.
    const found = palette.locator(".monaco-list-row", { hasText: title });
    const row = found.filter({ has: this.page.locator(".highlight") }).first();
    const typed = `>${title}`;
    return soon(async () => {
      await input.waitFor({ timeout: PALETTE_PATIENCE });
      await until(async () => {
        if ((await input.inputValue({ timeout: PALETTE_PATIENCE })) !== typed) {
          await input.fill(typed, { timeout: PALETTE_PATIENCE });
        }
        return (await row.isVisible()) || undefined;
      }, PALETTE_PATIENCE);
      await row.click({ timeout: PALETTE_PATIENCE });
    });
  }

  /** Closes what stands open over the editor. */
  async putAway(): Promise<void> {
    const open = this.page.locator(OVERLAYS).filter({ visible: true });
    for (let left = await open.count(); left > 0; left--) {
      await this.page.keyboard.press("Escape");
      // Pressed once more than needed, it would close messages, too.
      await soon(() => until(async () => (await open.count()) < left || undefined, OVERLAY_PATIENCE));
    }
  }

  /** Puts the file in the editor back to what is on the disk; what is typed before that is done would be lost. */
  async revert(): Promise<void> {
    await this.command("File: Revert File");
    await this.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
  }

  /** Chooses from the menu of a command; the editor closes the menu when something else wants the focus. */
  async chooseAction(command: string, title: string): Promise<void> {
    const row = this.page.locator(".action-widget .monaco-list-row", { hasText: title });
    await until(async () => {
      await this.command(command);
      return soon(() => row.click({ timeout: MENU_PATIENCE }));
    });
  }

  /** Chooses from the menu of something in a list; the editor ignores a click right after the menu has opened. */
  async chooseFromMenu(row: Locator, action: string): Promise<void> {
    const menu = this.page.locator(".monaco-menu");
    const item = menu.locator(".action-label", { hasText: action }).first();
    await until(async () => {
      await this.putAway();
      await row.click({ button: "right" });
      return soon(() => item.waitFor({ timeout: MENU_PATIENCE }));
    });
    await until(async () => {
      await soon(() => item.click({ timeout: CLICK_PATIENCE }));
      return (await menu.count()) === 0 || undefined;
    });
  }

  /** Answers the dialog that asks for a file, once it has listed the folder with `neighbour`. */
  async chooseFile(path: string, neighbour: string): Promise<void> {
    const dialog = this.page.locator(".quick-input-widget:visible");
    await dialog.locator(".monaco-list-row", { hasText: neighbour }).first().waitFor();
    const input = dialog.locator("input").first();
    await input.fill(path);
    // While it is listing the next folder it does not listen; and it may close between a look and a key.
    await until(async () => {
      if (!(await dialog.isVisible())) return true;
      await soon(() => input.press("Enter", { timeout: CLICK_PATIENCE }));
      await this.page.waitForTimeout(300);
      return undefined;
    });
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

  /** Waits for a line of Joblens's log, which may have been scrolled out of sight by what came after it. */
  async logSays(text: string): Promise<void> {
    const line = this.page.locator(".output-view .view-line", { hasText: text }).first();
    const view = this.page.locator(".output-view .view-line").first();
    // A panel that opens while the editor is busy with its start may be put away: then it is asked for anew.
    await until(async () => {
      const shown = await soon(() => view.waitFor({ timeout: PANEL_PATIENCE }));
      if (shown === undefined) await this.command("Joblens: Show Log");
      return shown;
    });
    for (let look = 0; look < 60 && (await line.count()) === 0; look++) {
      await view.hover();
      // Up from the end, page by page; at the top, down again: the line may still be on its way.
      await this.page.mouse.wheel(0, look % 20 === 19 ? 100_000 : -120);
      await this.page.waitForTimeout(300);
    }
    await line.waitFor();
  }

  /** A picture for the README, when asked for. */
  async picture(name: string): Promise<void> {
    if (process.env["JOBLENS_SCREENSHOTS"] !== "1") return;
    const folder = join(ROOT, "docs", "images");
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** What the screen showed at the end of a test, for whoever has to find out why it failed. */
  async keepEvidence(test: string): Promise<void> {
    const path = join(EVIDENCE, `${test.replaceAll(/\W+/g, "-")}.png`);
    // A picture that cannot be had is no reason for a test to fail.
    await soon(() => this.page.screenshot({ path, timeout: PICTURE_PATIENCE }));
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** Whether something could be done with less than all patience; if not, nothing is lost by trying it again. */
export async function soon(action: () => Promise<unknown>): Promise<true | undefined> {
  try {
    await action();
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError || error instanceof assert.AssertionError) return undefined;
    throw error;
  }
}

/** What `look` finds, as soon as it finds something. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  patience = PATIENCE,
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, "it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
