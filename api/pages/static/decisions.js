// The decisions of a round in words, each with a button that takes it back.
import { button, call, el, path, say, table } from "./common.js";
import { KIND } from "./words.js";

export function decisions(items, name, roundId, me, after) {
  const words = (d) => [KIND[d.kind], " ", d.kind === "pin" || d.kind === "ban" ? name.place(d.b) : name.person(d.b)];
  const rows = items.map((d) => ({
    cells: [
      name.person(d.a),
      [...words(d), d.until ? el("small", {}, `until ${d.until}`) : null, d.note ? el("small", {}, d.note) : null],
      me.decides
        ? button("Take back", async () => {
            await call("DELETE", path`/v1/rounds/${roundId}/decisions/${d.decision_id}`);
            say("Taken back. The next run no longer keeps to it.");
            await after();
          }, { class: "second", "aria-label": `Take back: ${name.person(d.a)} ${words(d).join("")}` })
        : "",
    ],
  }));
  return items.length ? table("", [["Who"], ["What"], ["", "acts"]], rows) : el("p", {}, "Nothing is decided yet.");
}
