/** The front door: a fresh clone, an empty home, `npm start`, a click on "Run locally". */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";

import { ROOT } from "../../../scripts/root.mjs";
import { type OwnFolders, ownFolders } from "./ownFolders";
import { stopTracking, trackedRun } from "./runRecord";
import { Screen, until } from "./screen";

const MINUTE = 60_000;
/** Installing and building download everything. */
const INSTALL_PATIENCE = 10 * MINUTE;

const noClone = !existsSync(join(ROOT, ".git")) && "this is no git checkout that could be cloned";

/** What takes time; what was done before is passed over without a word. */
const STEPS = /… (?:Install|Create|Build|Collect|Package) /;

describe("npm start in a fresh clone", { timeout: 20 * MINUTE, skip: noClone }, () => {
  let folder: string;
  let folders: OwnFolders;
  let screen: Screen;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "joblens-clone-"));
    folders = ownFolders(folder);
    execFileSync("git", ["clone", "--quiet", ROOT, join(folder, "clone")]);
    screen = await Screen.launch();
  });

  after(async () => {
    await screen.close();
    await stopTracking(folders);
    rmSync(folder, { recursive: true, force: true });
  });

  test("shows the iris job, which trains the model when 'Run locally' is clicked", async () => {
    const started = await Started.start(join(folder, "clone"), folders);
    try {
      await screen.open(started.address);
      await screen.lens("Run locally").click();
      const end = screen.notification(/Completed|Failed/);
      await end.waitFor({ timeout: INSTALL_PATIENCE });
      assert.match(await end.innerText(), /Completed/);
      const { info, data } = await trackedRun(join(folder, "clone"));
      assert.equal(info.status, "FINISHED");
      assert.ok((data.metrics ?? []).length > 0, "the run has metrics");
      assert.match(started.said(), STEPS);
    } finally {
      await screen.keepEvidence("npm start");
      await started.stop();
    }
  });

  test("is there at once when it is started again, at the same address", async () => {
    const started = await Started.start(join(folder, "clone"), folders);
    const { port } = new URL(started.address);
    await started.stop();
    assert.doesNotMatch(started.said(), STEPS);
    assert.equal(port, new URL(screen.page.url()).port);
  });

  test("opens VS Code itself where there is a `code` on PATH", () => {
    const bin = join(folder, "bin");
    const called = join(folder, "code-was-called-with");
    mkdirSync(bin);
    writeFileSync(join(bin, "code"), `#!/bin/sh\nprintf '%s\\n' "$@" > "${called}"\n`, { mode: 0o755 });
    const clone = join(folder, "clone");
    const path = [bin, process.env["PATH"]].join(delimiter);
    const env = { ...process.env, ...folders, PATH: path };
    execFileSync("npm", ["start"], { cwd: clone, env, timeout: INSTALL_PATIENCE });
    assert.deepEqual(readFileSync(called, "utf8").trim().split("\n"), [
      `--extensionDevelopmentPath=${clone}`,
      join(clone, "examples"),
      join(clone, "examples", "iris", "job.yml"),
    ]);
  });

  test("says what is missing when there is no Python that will do", () => {
    const env = { ...process.env, ...folders, JOBLENS_PYTHON: "/no/such/python" };
    const { status, stderr } = spawnSync("npm", ["start"], {
      cwd: join(folder, "clone"),
      env,
      encoding: "utf8",
      timeout: INSTALL_PATIENCE,
    });
    assert.equal(status, 1);
    assert.match(stderr, /Joblens needs Python 3\.10 or newer: there is no \/no\/such\/python\./);
    assert.match(
      stderr,
      /What to do: Install one, or name yours in the environment variable JOBLENS_PYTHON\./,
    );
  });
});

/** An `npm start` that has printed its address. */
class Started {
  private constructor(
    readonly address: string,
    readonly said: () => string,
    private readonly child: ChildProcess,
  ) {}

  static async start(clone: string, folders: OwnFolders): Promise<Started> {
    const child = spawn("npm", ["start", "--", "--embedded"], {
      cwd: clone,
      env: { ...process.env, ...folders, CI: "true" },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C reaches npm and all that it started, as in a terminal.
      detached: true,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += String(data)));
    const address = await until(() => {
      assert.equal(child.exitCode, null, said);
      return /http:\/\/127\.0\.0\.1:\S+/.exec(said)?.[0];
    }, INSTALL_PATIENCE);
    return new Started(address, () => said, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "close");
    process.kill(-(this.child.pid ?? 0), "SIGINT");
    await ended;
    // What still listens would drive the next start to another port.
    await until(() =>
      fetch(this.address).then(
        () => undefined,
        () => true,
      ),
    );
  }
}
