// examples/node/framecast.js: node --test tests/pipes/node.test.js

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const fixtures = join(root, "src", "bin", "framecast", "fixtures");
const events = readFileSync(join(fixtures, "events.jsonl"), "utf8");
const frames = readFileSync(join(fixtures, "frames.bin"));

/** What was written: lines as objects, and the pixels after those that announce some. */
function messages(written) {
  const found = [];
  for (let at = 0; at < written.length; ) {
    const end = written.indexOf(10, at);
    const message = JSON.parse(written.subarray(at, end).toString());
    at = end + 1 + (message.bytes ?? 0);
    found.push([message, written.subarray(end + 1, at).toString("hex")]);
  }
  return found;
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

for (const stdio of [false, true]) {
  test(`a program says what the fixture has and hears every event, ${stdio ? "by standard input and output" : "by pipes"}`, async () => {
    // Descriptors 3 and 4.
    const pipes = ["pipe", "pipe", "pipe", "pipe", "pipe"];
    const env = { ...process.env, ...(stdio ? {} : { FRAMECAST_IN: "3", FRAMECAST_OUT: "4" }) };
    const helper = join(root, "examples", "node", "framecast.js");
    const child = spawn("node", [join(here, "program.js"), helper], { stdio: stdio ? pipes.slice(0, 3) : pipes, env });
    const [input, output] = stdio ? [child.stdin, child.stdout] : [child.stdio[3], child.stdio[4]];
    input.end(events);
    const all = Promise.all([collect(output), collect(stdio ? child.stderr : child.stdout), once(child, "exit")]);
    const [written, printed, [code]] = await all;
    assert.equal(code, 0, printed.toString());
    assert.deepEqual(messages(written), messages(frames));
    const told = events.trim().split("\n").slice(1);
    const heard = printed.toString().trim().split("\n");
    assert.deepEqual(heard.pop(), "[[640,480],[960,720],1.5,true,true]");
    assert.deepEqual(heard.map((line) => JSON.parse(line)), told.map((line) => JSON.parse(line)));
  });
}
