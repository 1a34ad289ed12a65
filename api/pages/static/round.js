// One round: its tables with every problem, its runs, its decisions.
import { all, byId, call, counted, doing, el, fill, get, link, path, post, say, start, table, trail, when } from "./common.js";
import { decisions } from "./decisions.js";
import { issues } from "./issues.js";
import { names } from "./names.js";
import { STATUS } from "./words.js";

const roundId = decodeURIComponent(location.pathname.split("/")[2]);
const here = path`/v1/rounds/${roundId}`;

function runRow(run, number, round) {
  const [word, kind] = STATUS[run.status];
  const published = run.run_id === round.published_run_id ? el("span", { class: "tag good" }, "published") : null;
  const placed = run.counts.placed == null ? "" : `${run.counts.placed} placed, ${run.counts.unplaced} not yet`;
  const old = run.status === "finished" && run.revision < round.revision ? el("small", {}, "the round has changed since") : null;
  const before = run.previous_run_id && run.status === "finished" ? link(path`/runs/${run.run_id}/changes` + path`?since=${run.previous_run_id}`, "who moved") : "";
  return { cells: [link(path`/runs/${run.run_id}`, `Run ${number}`), [el("span", { class: `tag ${kind}` }, word), " ", published, old], placed, when(run.created_at), before] };
}

async function showImport(accepted) {
  const told = (await all(`${here}/imports`)).at(-1);
  if (told) fill(byId("import"), el("p", { class: "quiet" }, `Last upload: ${when(told.created_at)}`), issues(told));
  else fill(byId("import"), accepted ? null : el("p", {}, "There are no tables yet. Upload them here."));
  return told;
}

start(async (me) => {
  let round, runs;
  async function show() {
    [round, runs] = await Promise.all([get(here), all(`${here}/runs`)]);
    trail([round.name]);
    byId("title").textContent = round.name;
    byId("when").textContent = round.starts ? `${round.starts} to ${round.ends}, ${counted(round.schools.length, "school")}` : "Without tables yet";
    fill(
      byId("state"),
      el("p", { class: "said" }, round.published_run_id ? "A plan of this round is published: " : "No plan of this round is published yet.", round.published_run_id ? link(path`/runs/${round.published_run_id}`, "open it") : null,
        round.public_overrides ? ` ${counted(round.public_overrides, "placement")} in it made against a rule, by two people.` : null),
    );
    const rows = runs.map((run, i) => runRow(run, i + 1, round)).reverse();
    fill(byId("runs"), rows.length ? table("", [["Run"], ["State"], ["Result"], ["Started"], ["Compare"]], rows) : el("p", {}, "No run yet."));
    if (!round.revision) byId("runs-part").before(byId("tables-part"));
    byId("start").hidden = !round.revision || me.role === "analyst";
    byId("upload").hidden = !me.decides && me.role !== "tool";
  }
  async function showDecisions() {
    const items = await all(`${here}/decisions`);
    if (!items.length) return fill(byId("decisions"), el("p", {}, "Nothing is decided yet."));
    fill(byId("decisions"), decisions(items, await names(roundId), roundId, me, async () => (await showDecisions(), await show())));
  }
  await show();
  byId("suggest").href = path`/rounds/${roundId}/suggestions`;
  if (me.role !== "analyst") await showImport(round.revision > 0);
  await showDecisions();

  doing(byId("start"), "click", async () => {
    const previous = runs.filter((run) => run.status === "finished").at(-1);
    const run = await post(`${here}/runs`, previous ? { previous_run_id: previous.run_id } : {});
    location.assign(path`/runs/${run.run_id}`);
  });
  doing(byId("upload"), "submit", async () => {
    const dry = byId("dry").checked;
    const told = await call("POST", `${here}/imports${dry ? "?dry_run=true" : ""}`, byId("file").files[0], { "Content-Type": "application/octet-stream" });
    if (dry) fill(byId("import"), el("p", { class: "quiet" }, "Only checked; nothing was changed."), issues(told));
    else await Promise.all([showImport(true), show()]);
    say(told.accepted ? (dry ? "The tables are sound." : "The tables are in. Start a run when you are ready.") : "The tables have errors; they are listed below.");
    byId("import").focus();
  });
});
