// One student in one run: why this, why nothing else, what would change it; and what the coordinator decides.
import { all, button, byId, complain, counted, doing, el, fill, finder, get, link, path, post, say, start, table, trail } from "./common.js";
import { decisions } from "./decisions.js";
import { names } from "./names.js";
import { supposing } from "./supposed.js";
import { MODE, rule, windows } from "./words.js";

const [, , runId, , studentId] = location.pathname.split("/").map(decodeURIComponent);
const here = path`/v1/runs/${runId}`;

function result(told, name) {
  const p = told.placement;
  const card = byId("result");
  card.classList.toggle("warm", !p);
  if (!p) {
    return fill(card, el("p", { class: "headline" }, "No place yet."), el("p", {}, el("b", {}, "Why: "), told.reason ? name.spell(told.reason) : "not told to this key"), told.smallest_change ? el("p", {}, el("b", {}, "The smallest change that would help: "), name.spell(told.smallest_change)) : null);
  }
  const way = p.minutes === "" || p.minutes == null ? null : `${p.minutes} minutes ${MODE[p.mode] || p.mode}`;
  fill(
    card,
    el("p", { class: "headline" }, name.place(p.opportunity_id)),
    el("p", {}, [p.mentor_id ? `With ${name.mentor(p.mentor_id)}` : "", windows(p.sessions), way, p.points ? `${p.points} of 1000 points` : ""].filter(Boolean).join(" · ")),
    el("p", {}, el("b", {}, "Why this: "), p.reason || told.reason),
    told.smallest_change ? el("p", {}, el("b", {}, "What would change it: "), name.spell(told.smallest_change)) : null,
  );
}

start(async (me) => {
  const run = await get(here);
  const round = path`/v1/rounds/${run.round_id}`;
  const [name, theRound, runs, told] = await Promise.all([names(run.round_id), get(round), all(`${round}/runs`), get(`${here}/explanations/${encodeURIComponent(studentId)}`)]);
  const number = runs.findIndex((r) => r.run_id === runId) + 1;
  const student = name.students.get(studentId) || {};
  trail([theRound.name, path`/rounds/${run.round_id}`], [`Run ${number}`, path`/runs/${runId}`], [name.student(studentId)]);
  byId("title").textContent = name.student(studentId);
  byId("about").textContent = [studentId, student.advisory, student.grade && `grade ${student.grade}`, student.interests && `“${student.interests}”`].filter(Boolean).join(" · ");
  result(told, name);
  byId("suggest").href = `${path`/rounds/${run.round_id}/suggestions`}${path`?student=${studentId}`}`;

  let pinned = [];
  async function showDecided() {
    const mine = (await all(`${round}/decisions`)).filter((d) => d.a === studentId || d.b === studentId);
    pinned = mine.filter((d) => d.kind === "pin").map((d) => d.b);
    fill(byId("decided"), decisions(mine, name, run.round_id, me, showDecided));
  }
  async function decide(body, words) {
    await post(`${round}/decisions`, body);
    await showDecided();
    say(`Decided: ${words}. It counts with the next run.`);
  }
  await showDecided();

  function acts(option) {
    if (!me.decides) return "";
    const id = option.opportunity_id, place = name.place(id);
    const ban = button("Never here", () => decide({ kind: "ban", a: studentId, b: id }, `${name.student(studentId)} never goes to ${place}`), { class: "second", "aria-label": `Never at ${place}` });
    if (option.lawful) return [button("Pin here", () => decide({ kind: "pin", a: studentId, b: id }, `${name.student(studentId)} is pinned to ${place}`), { class: "second", "aria-label": `Pin at ${place}` }), ban];
    return button("Ask for an exception", async () => {
      const reason = prompt(`A rule stands against this place. With a reason and a second person it can be done all the same; it is counted in public.\n\nWhy should ${name.student(studentId)} go to ${place}?`);
      if (!reason) return;
      await post(`${here}/overrides`, { student_id: studentId, opportunity_id: id, reason });
      say("Asked. Somebody else must agree, on the page of this run.");
    }, { class: "second", "aria-label": `Ask for an exception: ${place}` });
  }
  const current = told.placement?.opportunity_id;
  const rank = (o) => (o.lawful ? (o.opportunity_id === current ? 0 : 1) : 2);
  const cost = (o) => (o.cost == null ? Infinity : o.cost);
  const options = [...told.options].sort((a, b) => rank(a) - rank(b) || cost(a) - cost(b) || a.opportunity_id.localeCompare(b.opportunity_id, "en", { numeric: true }));
  const rows = options.map((o) => ({
    class: "look",
    cells: [
      [name.title(o.opportunity_id), el("small", {}, name.site(name.offers.get(o.opportunity_id)?.site_id), " ", o.opportunity_id)],
      o.opportunity_id === current ? el("span", { class: "tag good" }, "placed here") : o.lawful ? el("span", { class: "tag" }, "possible") : [el("span", { class: "tag warm" }, "not allowed"), o.rule ? el("small", {}, rule(o.rule)) : null],
      o.opportunity_id === current ? "This is the place of the plan." : o.reason ? name.spell(o.reason, o.opportunity_id) : "not told to this key",
      o.cost == null || o.opportunity_id === current ? "" : o.cost.toLocaleString("en"),
      acts(o),
    ],
  }));
  const lawful = told.options.filter((o) => o.lawful).length;
  const listed = (caption, some) => table(caption, [["Place"], ["State"], ["Why, or why not"], ["Cost", "n"], ["", "acts"]], some);
  const rest = el("details", { hidden: lawful === rows.length }, el("summary", {}, `${counted(rows.length - lawful, "place")} that the rules do not allow`));
  const write = () => rest.childElementCount === 1 && rest.append(listed("", rows.slice(lawful)));
  rest.addEventListener("toggle", () => rest.open && write());
  fill(
    byId("options"),
    el("p", { class: "quiet" }, `${counted(lawful, "place")} of ${rows.length} would be possible by the rules. The cost is what the whole round would lose; 1,000 is one student fewer with a place.`),
    lawful ? listed("", rows.slice(0, lawful)) : null,
    rest,
  );
  finder(byId("find"), byId("found"), () => (write(), [...document.querySelectorAll("#options .look")]), (searching) => {
    if (searching && rest.querySelector(".look:not([hidden])")) rest.open = true;
  });

  if (me.decides) {
    byId("people-part").hidden = byId("again").hidden = false;
    byId("suppose-part").hidden = lawful === 0;
    supposing(here, studentId, name, options.slice(0, lawful).map((o) => o.opportunity_id));
    const persons = [...name.students.values(), ...name.mentors.values()].map((p) => [p.student_id || p.mentor_id, p.name || ""]).filter(([id]) => id !== studentId);
    fill(byId("persons"), persons.map(([id, said]) => el("option", { value: said ? `${said} (${id})` : id })));
    doing(byId("people"), "submit", async () => {
      const typed = byId("other").value.trim();
      const id = persons.find(([one, said]) => typed === one || typed === `${said} (${one})`)?.[0] || typed;
      const kind = byId("kind").value;
      await decide({ kind, a: studentId, b: id, note: byId("note").value }, `${name.student(studentId)} and ${name.person(id)}, ${byId("kind").selectedOptions[0].textContent}`);
      byId("people").reset();
    });
    doing(byId("again"), "click", async () => {
      const next = await post(`${round}/runs`, { previous_run_id: runId });
      location.assign(path`/runs/${next.run_id}`);
    });
  }
}).catch(complain);
