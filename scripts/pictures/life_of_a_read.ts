import { Picture } from "./picture.ts";

/** How a read tries, waits and is woken. */
export function lifeOfARead(): string {
  const picture = new Picture(860, 482);
  const lanes: [string, string, number, number][] = [
    ["Try", "at once, by the caller", 24, 130],
    ["Wait", "in the order of the calls", 166, 130],
    ["Wake", "by the runtime's loop", 308, 150],
  ];
  for (const [name, what, y, height] of lanes) {
    picture.box(24, y, 812, height, "plain", 10);
    picture.text(44, y + 32, name, "bold big");
    picture.text(44, y + 54, what, "soft small");
  }
  picture.label(220, 58, 170, 62, "blue", ["conn.read(buffer)"], "code");
  picture.label(452, 58, 150, 62, "blue", ["recv(2)", "does not block"], "code");
  picture.label(644, 58, 180, 62, "green", ["fulfilled", "no thread, no loop, no copy"]);
  picture.arrow([[390, 89], [452, 89]]);
  picture.arrow([[602, 89], [644, 89]], "green");
  picture.text(621, 80, "data", "small", "middle");

  picture.arrow([[527, 120], [527, 200]], "amber");
  picture.text(537, 146, "EAGAIN", "small");
  picture.label(432, 200, 190, 62, "amber", ["a queue", "one for reads, one for writes"]);
  picture.label(220, 200, 170, 62, "card", ["rejected", "time-out, signal, close"]);
  picture.arrow([[432, 231], [390, 231]], "dashed");

  picture.arrow([[527, 262], [527, 342]], "amber");
  picture.label(432, 342, 190, 62, "blue", ["epoll", "one per thread, edge-triggered"], "code");
  picture.label(220, 342, 170, 62, "blue", ["the loop sleeps", "uv_poll, io_uring, thread"]);
  picture.arrow([[432, 373], [390, 373]]);
  picture.arrow([[305, 404], [305, 424], [734, 424], [734, 404]], "green");
  picture.text(527, 442, "readable", "small", "middle");
  picture.label(644, 342, 180, 62, "blue", ["recv(2) again", "first come, first served"], "code");
  picture.arrow([[734, 342], [734, 120]], "green");
  picture.text(744, 235, "data", "small");
  return picture.toString(
    "The life of a read",
    "conn.read(buffer) calls recv(2) at once. With data the promise is fulfilled, without a thread, an event loop or a copy. On " +
      "EAGAIN the read joins the queue of its direction; a time-out, a signal or a close takes it out and rejects it. epoll, one " +
      "for each thread, tells the runtime's event loop when the socket is readable, and recv(2) is tried again in the order of " +
      "the calls.",
  );
}
