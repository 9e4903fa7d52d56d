import assert from "node:assert/strict";
import { test } from "node:test";

import { contextOf, descriptionOf, type RunNode, tooltipOf } from "../../extension/src/views/runNodes";

const RUN: RunNode = {
  name: "calm_sky_1",
  title: "iris-sweep.yml",
  created: "2026-03-01T11:15:00+00:00",
  status: "Running",
  isSweep: true,
  detail: "3 of 20 trials",
  isPast: false,
};

test("a run is told by its status and its name, which a command line asks for", () => {
  assert.equal(descriptionOf(RUN), "Running, 3 of 20 trials, calm_sky_1");
  assert.equal(descriptionOf({ ...RUN, detail: "" }), "Running, calm_sky_1");
});

test("the pointer on a run shows when it began, once that is known", () => {
  const when = new Date(RUN.created).toLocaleString();
  assert.equal(tooltipOf(RUN), `iris-sweep.yml\nName: calm_sky_1\nStatus: Running\nCreated: ${when}`);
  assert.equal(
    tooltipOf({ ...RUN, title: "calm_sky_1", created: "" }),
    "calm_sky_1\nName: calm_sky_1\nStatus: Running",
  );
});

test("the menus tell a sweep that goes on from one that is over", () => {
  assert.equal(contextOf(RUN), "sweep.live");
  assert.equal(contextOf({ ...RUN, status: "Failed" }), "sweep.ended");
});
