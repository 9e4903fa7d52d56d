/** Keeps tokens out of the log, which shows the whole conversation with the server to whoever wants to see it. */

const TOKEN = /eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const WRITES = new Set<PropertyKey>(["trace", "debug", "info", "warn", "error", "append", "appendLine"]);

/** The channel, with `***` in the place of each token that is written to it. */
export function withoutTokens<Channel extends object>(channel: Channel): Channel {
  return new Proxy(channel, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (!WRITES.has(name)) return value.bind(target) as unknown;
      return (...parts: unknown[]) => value.apply(target, parts.map(hidden)) as unknown;
    },
  });
}

function hidden(part: unknown): unknown {
  return typeof part === "string" ? part.replaceAll(TOKEN, "***") : part;
}
