/** The stand-in for Azure's control plane (tests/azure), as a process that ends with the test. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";

import { PYTHON } from "../../../scripts/pythonEnvironment.mjs";
import { ROOT } from "../../../scripts/root.mjs";

interface Welcome {
  /** The variables that lead a client to it, and sign it in. */
  readonly environment: Record<string, string>;
  readonly workspace: {
    readonly subscription: string;
    readonly resourceGroup: string;
    readonly name: string;
  };
}

/** What a test may ask for; tests/azure/serve.py says more. */
export type Wish =
  | { fault: Record<string, unknown> }
  | { clear: true }
  | { calls: string }
  | { job: string }
  | { hold: string }
  | { release: string }
  | { sdk: string; name: string };

export class ControlPlane {
  private constructor(
    readonly welcome: Welcome,
    private readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly reader: Interface,
  ) {}

  /** Starts it; with storage, jobs can be sent to it too. */
  static async start(folder: string, { storage = false } = {}): Promise<ControlPlane> {
    const args = ["-m", "tests.azure.serve", folder, ...(storage ? ["--storage"] : [])];
    const child = spawn(PYTHON, args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    const reader = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    return new ControlPlane(JSON.parse(await next(lines)) as Welcome, child, lines, reader);
  }

  async ask(wish: Wish): Promise<unknown> {
    this.process.stdin?.write(`${JSON.stringify(wish)}\n`);
    return JSON.parse(await next(this.lines)) as unknown;
  }

  async stop(): Promise<void> {
    this.process.stdin?.end();
    if (this.process.exitCode === null) await once(this.process, "exit");
    this.reader.close();
  }
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  const line = await lines.next();
  assert.ok(!line.done, "the stand-in for Azure ended");
  return line.value;
}
