// Two runs of a round side by side: who moved, and why.
import { all, byId, counted, el, fill, get, link, path, start, table, trail } from "./common.js";
import { names } from "./names.js";
import { windows } from "./words.js";

const runId = decodeURIComponent(location.pathname.split("/")[2]);

/** A placement as the command line writes it, `O18 (Tue 10:00-16:00, mentor M020)`, in names. */
function placed(text, name) {
  const [, offer, when, mentor] = /^(\S+) \((.*), mentor (\S+)\)$/.exec(text || "") || [];
  if (!offer) return text ? name.spell(text) : "no place";
  return [name.place(offer), el("small", {}, `${windows(when)}, with ${name.mentor(mentor)}`)];
}

start(async () => {
  const run = await get(path`/v1/runs/${runId}`);
  const [round, runs, name] = await Promise.all([get(path`/v1/rounds/${run.round_id}`), all(path`/v1/rounds/${run.round_id}/runs`), names(run.round_id)]);
  const number = (id) => runs.findIndex((r) => r.run_id === id) + 1;
  trail([round.name, path`/rounds/${run.round_id}`], [`Run ${number(runId)}`, path`/runs/${runId}`], ["Who moved"]);
  const others = runs.filter((r) => r.status === "finished" && r.run_id !== runId);
  fill(byId("since"), others.map((r) => el("option", { value: r.run_id }, `Run ${number(r.run_id)}`)));
  const asked = new URLSearchParams(location.search).get("since") || run.previous_run_id;
  if (others.some((r) => r.run_id === asked)) byId("since").value = asked;

  async function show() {
    const since = byId("since").value;
    if (!since) return (byId("summary").textContent = "There is no other finished run to compare with.");
    const where = path`/v1/runs/${runId}/changes` + path`?since=${since}`;
    const [told, items] = await Promise.all([get(`${where}&limit=1`), all(where)]);
    byId("title").textContent = `Who moved from run ${number(since)} to run ${number(runId)}`;
    byId("summary").textContent = `${counted(told.moved, "student")} moved, ${told.kept.toLocaleString("en")} stayed.`;
    const rows = items.map((c) => ({ cells: [link(path`/runs/${runId}/students/${c.student_id}`, name.student(c.student_id)), placed(c.before, name), placed(c.after, name), name.spell(c.reason)] }));
    fill(byId("changes"), rows.length ? table("", [["Student"], ["Before"], ["Now"], ["Why"]], rows) : el("p", {}, "Nobody moved."));
  }
  byId("since").addEventListener("change", show);
  byId("choose").addEventListener("submit", (event) => event.preventDefault());
  await show();
});
