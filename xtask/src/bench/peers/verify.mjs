// `verify` of Kaspi as a developer would write it for Node: node:http, and the signing rule of the documents.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const [port, customers] = process.argv.slice(2).map(Number);
const secret = process.env.JETPAY_BENCH_SECRET;

function leaves(value, path = "") {
  if (value === null || typeof value !== "object") {
    return [[path, value === null ? "" : typeof value === "boolean" ? Number(value) : value]];
  }
  return Object.entries(value)
    .filter(([key]) => key !== "signature" && key !== "frame_mode")
    .flatMap(([key, below]) => leaves(below, path ? `${path}:${key}` : key));
}

function isSigned(message) {
  const sorted = leaves(message).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = sorted.map(([path, value]) => `${path}:${value}`).join(";");
  const expected = createHmac("sha512", secret).update(text).digest();
  const given = Buffer.from(String(message.signature), "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function answer(message) {
  if (!isSigned(message)) return { code: 400, message: "wrong signature" };
  const number = Number(message.customer_id.slice(1));
  if (!(number < customers)) return { code: 404, message: "no such customer" };
  const entities = [{ id: `c${number}`, number: `N-${number}`, min_payment: 10000, payment: 100000 }];
  return { code: 0, currency: "KZT", entities, additional_customer_id: `A${number}` };
}

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = JSON.stringify(answer(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(port, "127.0.0.1");
