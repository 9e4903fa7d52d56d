/** One run's output in a panel that looks and scrolls like a terminal. */

import { type Disposable, EventEmitter, type Pseudoterminal, type Terminal, ThemeIcon, window } from "vscode";

const CONTROL_C = "\x03";
/** A run can say millions of lines; all of them are in its folder, here are the last. */
const KEPT_LINES = 5000;

/** What the user does in the panel. */
export interface PanelActions {
  readonly icon: string;
  /** Ctrl+C. */
  readonly interrupt: () => unknown;
  /** The panel is closed; the run is left alone. */
  readonly leave?: () => unknown;
}

export class RunTerminal implements Disposable {
  /** What the run is called in lists, where that is known: its name alone tells little in a narrow tab. */
  title: string | undefined;
  private readonly written = new EventEmitter<string>();
  private readonly kept: string[] = [];
  private terminal: Terminal | undefined;
  /** Text written before the panel is open is dropped by the editor: `open` writes what was kept. */
  private isOpen = false;

  constructor(
    private readonly run: string,
    private readonly does: PanelActions,
  ) {}

  /** Shows the panel; one that the user has closed comes back with its lines in it. */
  reveal(): void {
    if (!this.terminal || this.terminal.exitStatus) {
      this.terminal = window.createTerminal({
        name: this.title === undefined ? `Joblens: ${this.run}` : `${this.title} (${this.run})`,
        iconPath: new ThemeIcon(this.does.icon),
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
      close: () => {
        this.isOpen = false;
        this.does.leave?.();
      },
      handleInput: (data) => {
        if (data === CONTROL_C) this.does.interrupt();
      },
    };
  }
}
