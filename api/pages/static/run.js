// One run: how far it is, and then its plan by advisory, with what to do next.
import { all, button, byId, call, complain, counted, doing, el, fill, finder, get, link, path, post, say, start, table, trail } from "./common.js";
import { issues } from "./issues.js";
import { names } from "./names.js";
import { overrides } from "./overrides.js";
import { MODE, STAGE, STATUS, rule, turn, windows } from "./words.js";

const runId = decodeURIComponent(location.pathname.split("/")[2]);
const here = path`/v1/runs/${runId}`;
const FILES = { "report.html": "the report, one page", "placements.csv": "placements", "unplaced.csv": "no place yet", "slates.csv": "slates", "waves.csv": "dates of slates", "seats.csv": "seats", "recruit.csv": "recruit next", "summary.json": "summary", "manifest.json": "what went in" };

async function follow(run) {
  byId("progress").hidden = false;
  doing(byId("stop"), "click", async () => {
    await call("DELETE", here);
    byId("stage").textContent = "Stopping…";
  });
  while (["queued", "running"].includes(run.status)) {
    const stage = STAGE[run.stage] || run.stage;
    if (byId("stage").textContent !== stage && byId("stage").textContent !== "Stopping…") byId("stage").textContent = stage;
    byId("bar").value = run.progress;
    await new Promise((wake) => setTimeout(wake, 600));
    run = await get(here).catch((error) => (error.status ? Promise.reject(error) : run));
  }
  byId("progress").hidden = true;
  return run;
}

function noPlan(run, round) {
  const [word] = STATUS[run.status];
  const details = (run.error?.details || []).filter((d) => typeof d === "string");
  const rows = (run.error?.details || []).filter((d) => typeof d !== "string").map((d) => ({ severity: "error", value: "", hint: "", message: "", ...d }));
  const count = (kind) => rows.filter((d) => d.severity === kind).length;
  fill(
    byId("failed"),
    el("div", { class: run.status === "cancelled" ? "card" : "card bad" },
      el("p", { class: "headline" }, `There is no plan: this run ${run.status === "cancelled" ? "was stopped" : word === "failed" ? "failed" : word}.`),
      el("p", {}, run.status === "infeasible" && details.length ? "These demands cannot hold together. Take one of them back, then run again." : run.error?.detail),
      details.length ? el("ul", { class: "said-list" }, details.map((line) => el("li", {}, line))) : null,
      el("p", {}, link(path`/rounds/${round.round_id}`, "Back to the round")),
    ),
    rows.length ? issues({ accepted: false, errors: count("error"), warnings: count("warning"), issues: rows, counts: {} }) : null,
  );
  byId("failed").hidden = false;
}

function result(run, round) {
  const c = run.counts;
  const places = c.placed + (c.placed_before || 0);
  const proven = run.gap === 0 ? "Nobody could do better by the round's order of aims: it is proven." : run.gap != null ? `At most ${(100 * run.gap).toFixed(1)} % from the best possible plan.` : "";
  fill(
    byId("result"),
    el("p", { class: "headline" }, `${counted(places, "student")} ${places === 1 ? "has" : "have"} a place, ${c.unplaced} ${c.unplaced === 1 ? "has" : "have"} none yet.`),
    el("p", {}, [c.placed_before ? `${c.placed_before} of them had one before.` : "", c.not_ready ? `Of those without, ${c.not_ready} ${c.not_ready === 1 ? "is" : "are"} not ready.` : "", `${c.seats_used} of ${c.seats} seats are used.`, proven].filter(Boolean).join(" ")),
    round.published_run_id === runId ? el("p", {}, el("span", { class: "tag good" }, "published"), " This plan is in force.") : null,
    run.revision < round.revision ? el("p", {}, el("span", { class: "tag warm" }, "older"), " The round has changed since this run. Run again to take that in.") : null,
  );
}

function actions(run, round, runs, me) {
  const earlier = run.previous_run_id || runs.filter((r) => r.status === "finished" && r.created_at < run.created_at).at(-1)?.run_id;
  const publish = round.published_run_id === runId
    ? button("Take the plan back", async () => {
        const why = prompt("Why is the plan taken back?");
        if (!why) return;
        await post(`${here}/unpublish`, { why });
        location.reload();
      }, { class: "second" })
    : button("Publish this plan", async () => {
        if (!confirm("Put this plan in force? Its files are checked once more first; a plan published before ends.")) return;
        await post(`${here}/publish`);
        location.reload();
      });
  const again = button("Run again from here", async () => {
    const next = await post(path`/v1/rounds/${round.round_id}/runs`, { previous_run_id: runId });
    location.assign(path`/runs/${next.run_id}`);
  }, { class: "second" });
  fill(
    byId("actions"),
    me.decides ? [publish, again] : null,
    earlier ? link(`${path`/runs/${runId}/changes`}${path`?since=${earlier}`}`, "Who moved since the run before", { class: "button second" }) : null,
    link(`${here}/files/report.html`, "Open the report", { class: "button second", target: "_blank", rel: "noopener" }),
  );
  fill(byId("files"), Object.entries(FILES).map(([name, said]) => el("li", {}, link(`${here}/files/${name}`, said, { download: name }), " ", el("small", {}, name))));
}

function student(id, name) {
  return [link(path`/runs/${runId}/students/${id}`, name.student(id)), name.student(id) === id ? null : el("small", {}, id)];
}

const grouped = (rows, key) => rows.reduce((found, row) => found.set(key(row), [...(found.get(key(row)) || []), row]), new Map());

/** Groups that fold; long ones are written only when they are opened. */
function folded(where, groups, what, make, open) {
  const parts = [...groups].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([group, rows]) => {
    const part = el("details", {}, el("summary", {}, `${group} `, el("small", {}, counted(rows.length, what, what === "entry" ? "entries" : undefined))));
    const write = () => part.childElementCount === 1 && part.append(make(rows));
    part.addEventListener("toggle", () => part.open && write());
    part.write = write;
    if (open) (part.open = true), write();
    return part;
  });
  fill(where, parts.length ? parts : el("p", {}, "Nobody."));
  return parts;
}

start(async (me) => {
  let run = await get(here);
  const [round, runs] = await Promise.all([get(path`/v1/rounds/${run.round_id}`), all(path`/v1/rounds/${run.round_id}/runs`)]);
  const number = runs.findIndex((r) => r.run_id === runId) + 1;
  trail([round.name, path`/rounds/${round.round_id}`], [`Run ${number}`]);
  byId("title").textContent = `Run ${number} of ${round.name}`;
  run = await follow(run);
  if (run.status !== "finished") return noPlan(run, round);
  result(run, round);
  actions(run, round, runs, me);
  byId("plan").hidden = false;
  const [name, placed, unplaced, slates, seats, recruit] = await Promise.all([names(round.round_id), ...["placements", "unplaced", "slates", "seats", "recruit"].map((kind) => all(`${here}/${kind}`))]);
  const few = placed.length + unplaced.length < 600;

  fill(byId("unplaced"), unplaced.length ? table("", [["Student"], ["Why"], ["The smallest change that would help"]], unplaced.map((r) => ({
    class: "look", cells: [[...student(r.student_id, name), el("small", {}, name.group(r.student_id))], [r.reason ? name.spell(r.reason) : "not told to this key", el("small", {}, rule(r.code))], name.spell(r.smallest_change)],
  }))) : el("p", {}, "Everybody has a place."));
  const parts = folded(byId("placed"), grouped(placed, (r) => name.group(r.student_id)), "student", (rows) => table("", [["Student"], ["Place"], ["With"], ["When"], ["Way"], ["Points", "n"], ["Why"]], rows.map((r) => ({
    class: "look", cells: [student(r.student_id, name), [name.title(r.opportunity_id), el("small", {}, name.site(r.site_id))], name.mentor(r.mentor_id), windows(r.sessions), r.minutes === "" ? "" : `${r.minutes} min ${MODE[r.mode] || r.mode}`, r.points, r.reason],
  }))), few);
  const offered = folded(byId("slates"), grouped(slates, (r) => name.group(r.student_id)), "entry", (rows) => table("", [["Student"], ["Rank", "n"], ["Place"], ["Odds", "n"], ["When"], ["Why"]], rows.map((r) => ({
    class: "look", cells: [student(r.student_id, name), r.rank, name.place(r.opportunity_id), `${Math.round(100 * r.odds)} %`, turn(r), r.reason],
  }))), false);
  fill(byId("seats"), table("", [["Place"], ["When"], ["Seats", "n"], ["Used", "n"], ["One more seat", "n"]], seats.map((r) => ({
    class: "look", cells: [name.place(r.opportunity_id), windows(r.sessions), r.seats, r.used, Number(r.price).toLocaleString("en")],
  }))));
  fill(byId("recruit"), recruit.length ? table("", [["Look for"], ["Would place", "n"], ["Who"]], recruit.map((r) => ({
    class: "look", cells: [r.look_for || `${counted(Number(r.seats), "seat")} in ${r.cluster}, ${windows(r.weekdays)}, in ${r.area}`, r.places, r.who.split(";").filter(Boolean).map(name.student).join(", ")],
  }))) : el("p", {}, "No new seat would place anybody who has none."));

  const foldable = [...parts, ...offered];
  finder(byId("find"), byId("found"), () => (foldable.forEach((part) => part.write()), [...document.querySelectorAll("#plan .look")]), (searching) => {
    foldable.forEach((part) => {
      const rows = part.querySelectorAll(".look:not([hidden])").length;
      part.hidden = searching && !rows;
      if (searching && rows) part.open = true;
    });
    for (const part of document.querySelectorAll("#plan > section[id]")) part.hidden = searching && !part.querySelector(".look:not([hidden])");
  });
  if (me.decides) await overrides(byId("overrides"), here, name);
}).catch(complain);
