// TLS of our own: a certificate made at start, and one that somebody brings.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { connect } from "node:tls";
import { cleanUp, endTest, newPage, open, probe, role, until } from "./harness.js";

const HTTP = ["--backend", "http", "--listen", "127.0.0.1:0"];

after(cleanUp);
afterEach(endTest);

/** The certificate that is shown at `link`, to somebody who trusts `ca` or anybody. */
async function certificate(link, ca) {
  const { hostname: host, port } = new URL(link);
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ca, rejectUnauthorized: Boolean(ca) }, () => {
      resolve(socket.getPeerX509Certificate());
      socket.end();
    });
    socket.on("error", reject);
  });
}

test("with a certificate made at start a page drives, and its fingerprint is the one that is printed", async () => {
  const program = probe([...HTTP, "--tls", "self-signed", "--allow-host", "plots.example.org"]);
  const link = await program.link();
  assert.match(link, /^https:/);
  const shown = await certificate(link);
  const printed = program.errors.find((line) => line.includes("SHA-256"));
  assert.ok(printed.endsWith(shown.fingerprint256), printed);
  for (const name of ["IP Address:127.0.0.1", "DNS:localhost", "DNS:plots.example.org"]) {
    assert.ok(shown.subjectAltName.includes(name), `${name} in ${shown.subjectAltName}`);
  }
  assert.ok(new Date(shown.validFrom) < new Date() && new Date(shown.validTo) > new Date());
  const page = await newPage({ untrusted: true });
  await open(page, link);
  await role(page, "presenter");
  assert.ok(await page.evaluate(() => isSecureContext));
  await page.keyboard.press("g");
  await until("the key", () => program.events("key_down").some((event) => event.key === "g"));
  assert.deepEqual(page.problems, []);
  // A browser that is not told to trust it does not.
  await assert.rejects((await newPage()).goto(link), /ERR_CERT/);
});

test("a certificate that was brought is the one that is shown, for every kind of key", async () => {
  const folder = mkdtempSync(join(tmpdir(), "framecast-tls-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  for (const kind of [["rsa:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["ed25519"]]) {
    const request = ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"];
    const names = ["-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync("openssl", [...request, ...names, "-newkey", ...kind, "-keyout", key, "-out", cert], { stdio: "ignore" });
    const pem = execFileSync("openssl", ["x509", "-in", cert], { encoding: "utf8" });
    const fingerprint = execFileSync("openssl", ["x509", "-in", cert, "-noout", "-fingerprint", "-sha256"], { encoding: "utf8" });
    const program = probe([...HTTP, "--tls-cert", cert, "--tls-key", key]);
    const shown = await certificate(await program.link(), pem);
    assert.equal(fingerprint.trim().split("=")[1], shown.fingerprint256, kind[0]);
    assert.ok(program.errors.some((line) => line.endsWith(shown.fingerprint256)), kind[0]);
    await program.interrupt();
  }
});
