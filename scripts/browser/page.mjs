import { tests } from "./test.mjs";

// Chromium does not have it yet.
ReadableStream.from ??= (iterable) => {
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void iterator.return?.(),
  });
};

const counts = { passed: 0, skipped: 0, failed: 0 };
const failures = [];
for (const { name, fn, isSkipped } of tests) {
  if (isSkipped) {
    counts.skipped++;
    continue;
  }
  try {
    await fn();
    counts.passed++;
  } catch (error) {
    if (/^Cannot open libc: the library opens sockets on/.test(error.message)) {
      counts.skipped++; // a codec test that also asks the kernel
      continue;
    }
    counts.failed++;
    failures.push(`${name}: ${error.stack}`);
  }
}
await fetch("/result", { method: "POST", body: JSON.stringify({ counts, failures }) });
