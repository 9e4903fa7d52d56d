/** One run's output in a panel that looks and scrolls like a terminal. */

import {
  commands,
  type Disposable,
  EventEmitter,
  type Pseudoterminal,
  type Terminal,
  ThemeIcon,
  window,
} from "vscode";

const CONTROL_C = "\x03";
/** A run can say millions of lines; all of them are in its folder, here are the last. */
const KEPT_LINES = 5000;

export class RunTerminal implements Disposable {
  private readonly written = new EventEmitter<string>();
  private readonly kept: string[] = [];
  private terminal: Terminal | undefined;
  /** Text written before the panel is open is dropped by the editor: `open` writes what was kept. */
  private isOpen = false;

  constructor(private readonly run: string) {}

  /** Shows the panel; one that the user has closed comes back with its lines in it. */
  reveal(): void {
    if (!this.terminal || this.terminal.exitStatus) {
      this.terminal = window.createTerminal({
        name: `Joblens: ${this.run}`,
        iconPath: new ThemeIcon("play"),
        isTransient: true,
        pty: this.pty(),
      });
    }
    this.terminal.show(true);
  }

  /** `end` is empty for a line that goes on. */
  writeLine(line: string, end = "\r\n"): void {
    const text = line + end;
    this.kept.push(text);
    if (this.kept.length > 2 * KEPT_LINES) this.kept.splice(0, KEPT_LINES);
    if (this.isOpen) this.written.fire(text);
  }

  dispose(): void {
    this.terminal?.dispose();
    this.written.dispose();
  }

  private pty(): Pseudoterminal {
    return {
      onDidWrite: this.written.event,
      open: () => {
        this.isOpen = true;
        this.written.fire(this.kept.join(""));
      },
      // Closing the panel leaves the run alone.
      close: () => {
        this.isOpen = false;
      },
      handleInput: (data) => {
        if (data === CONTROL_C) void commands.executeCommand("joblens.cancelRun", this.run);
      },
    };
  }
}
