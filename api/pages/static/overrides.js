// Placements against a rule that somebody asked for in a run, and the second person's word.
import { all, button, el, fill, path, post, say, table } from "./common.js";
import { rule } from "./words.js";

export async function overrides(where, here, name) {
  const items = await all(`${here}/overrides`);
  const rows = items.map((o) => ({
    cells: [
      name.student(o.student_id),
      name.place(o.opportunity_id),
      [o.rules.map(rule).join(", "), el("small", {}, o.reason)],
      o.agreed
        ? el("span", { class: "tag good" }, "agreed by two")
        : button("Agree", async () => {
            await post(`${here}/overrides/${encodeURIComponent(o.override_id)}/agreement`);
            say("Agreed. It counts with the next publication.");
            await overrides(where, here, name);
          }, { class: "second" }),
    ],
  }));
  fill(where, rows.length ? table("Placements against a rule", [["Student"], ["Place"], ["Rule and reason"], ["Second person", "acts"]], rows) : null);
}
