/**
 * Frames while one of many steps is dragged on the real page, in Chromium on the production build: `--steps 300 --seconds 3`.
 * Frame times come from requestAnimationFrame; the limit is the screen's 16.7 ms. Frames of the page at rest are given beside
 * them, because a machine without a GPU, or with other work, is slow on its own.
 */
import type { Page } from "playwright-core";
import { createAdministrator, openBrowser, openWorkflow, startApp } from "@/tests/support/app";
import { quantile, readOption } from "./support/figures";

const steps = readOption("steps", 300);
const seconds = readOption("seconds", 3);
const COLUMNS = 20;
const MOVES_PER_SECOND = 60;

async function measureFrames(page: Page, work: () => Promise<void>): Promise<number[]> {
  // As text: what compiles this file would add helpers that the page does not have.
  await page.evaluate(`(() => {
    window.frameTimes = [];
    window.measuring = true;
    let last = performance.now();
    const tick = (now) => {
      window.frameTimes.push(now - last);
      last = now;
      if (window.measuring) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  })()`);
  await work();
  return page.evaluate("(() => { window.measuring = false; return window.frameTimes.slice(2); })()");
}

async function drag(page: Page): Promise<void> {
  const node = page.locator(".react-flow__node").nth(Math.floor(steps / 2));
  const box = await node.boundingBox();
  if (!box) throw new Error("the step is not on the screen");
  const at = { x: box.x + box.width / 2, y: box.y + Math.min(12, box.height / 2) };
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  for (let move = 0; move < seconds * MOVES_PER_SECOND; move += 1) {
    const next = new Promise((resolve) => setTimeout(resolve, 1000 / MOVES_PER_SECOND));
    await page.mouse.move(at.x + Math.sin(move / 20) * 120, at.y + Math.cos(move / 20) * 80);
    await next;
  }
  await page.mouse.up();
}

function show(name: string, frames: number[]): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(frames, share));
  console.log(
    `${name}: ${String(frames.length)} frames, p50 ${p50?.toFixed(1) ?? ""} ms, p95 ${p95?.toFixed(1) ?? ""} ms, p99 ${p99?.toFixed(1) ?? ""} ms; p95 / 16.7 ms = ${((p95 ?? NaN) / (1000 / 60)).toFixed(2)}`,
  );
}

const app = await startApp();
const browser = await openBrowser();
const { page } = browser;
try {
  await createAdministrator(app, page);
  const nodes = Array.from({ length: steps }, (_, index) => ({
    id: `s${String(index)}`,
    step: index === 0 ? "type-table" : "take",
    at: [(index % COLUMNS) * 280, Math.floor(index / COLUMNS) * 160] as [number, number],
  }));
  const wires = nodes.slice(1).map(({ id }, index) => `s${String(index)}.output > ${id}.input`);
  await openWorkflow(page, "Many steps", nodes, wires);
  await page.waitForTimeout(1000);
  const shown = await page.locator(".react-flow__node").count();
  console.log(`${String(steps)} steps, ${String(wires.length)} wires, ${String(shown)} cards in the page`);
  show("at rest", await measureFrames(page, () => page.waitForTimeout(seconds * 1000)));
  show("dragging one step", await measureFrames(page, () => drag(page)));
} finally {
  await browser.close();
  await app.stop();
}
process.exit(0);
