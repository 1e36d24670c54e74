"use strict";
// Draws the dialogues from the JSON of the page. Text of dialogues only ever becomes text nodes: nothing of it is markup.
(function () {
  const PAGE = 50;
  const LANGUAGES = ["ru", "kk", "en"];
  const FILTERS = ["status", "subject", "check", "tag", "language", "suite"];
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  let language = root.dataset.language;
  let shown = [];
  let drawn = 0;

  function t(key, values) {
    let said = data.texts[key][LANGUAGES.indexOf(language)];
    for (const name of Object.keys(values || {})) said = said.replace("{" + name + "}", values[name]);
    return said;
  }
  function known(key, otherwise) {
    return data.texts[key] ? t(key) : otherwise;
  }
  // Explanations of checks are Russian and English; a Kazakh reader gets the Russian one.
  function told(explanations) {
    return explanations[language] || explanations.ru || Object.values(explanations)[0] || "";
  }
  function el(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    for (const child of children) if (child !== null && child !== undefined && child !== "") made.append(child);
    return made;
  }

  // --- what a dialogue is -------------------------------------------------------------------------------------------
  const WORST = { fail: 0, error: 1, pass: 2 };
  function runsOf(one) {
    const wanted = byId("subject").value;
    return wanted ? one.runs.filter((run) => run.subject === wanted) : one.runs;
  }
  function worst(runs) {
    return runs.reduce((found, run) => (WORST[run.status] < WORST[found.status] ? run : found), runs[0]);
  }
  function haystack(one) {
    if (one.found === undefined) {
      const said = [one.case, one.suite, one.owner, one.origin, ...one.tags];
      for (const run of one.runs) {
        said.push(run.subject, run.error);
        for (const failure of [...run.failures, ...run.advice]) said.push(failure.rule, failure.quote, ...Object.values(failure.explanations));
        for (const turn of run.turns) {
          said.push(turn.client, turn.reply);
          for (const attempt of turn.attempts) if (!attempt.left) said.push(attempt.text);
        }
      }
      one.found = said.filter(Boolean).join("\n").toLowerCase();
    }
    return one.found;
  }
  const FITS = {
    subject: (run, wanted) => run.subject === wanted,
    status: (run, wanted) => run.status === wanted || run.change === wanted,
    check: (run, wanted) => [...run.failures, ...run.advice].some((failure) => failure.check === wanted),
    language: (run, wanted) => run.turns.some((turn) => turn.language === wanted),
  };
  function fits(one, wanted, words) {
    if (wanted.suite && one.suite !== wanted.suite) return false;
    if (wanted.tag && !one.tags.includes(wanted.tag)) return false;
    const asked = Object.keys(FITS).filter((key) => wanted[key]);
    if (asked.length && !one.runs.some((run) => asked.every((key) => FITS[key](run, wanted[key])))) return false;
    return words.every((word) => haystack(one).includes(word));
  }

  // --- filter -------------------------------------------------------------------------------------------------------
  function options() {
    const found = { subject: new Set(), check: new Set(), tag: new Set(), language: new Set(), suite: new Set(), status: new Set() };
    for (const one of data.cases) {
      found.suite.add(one.suite);
      one.tags.forEach((tag) => found.tag.add(tag));
      for (const run of one.runs) {
        found.subject.add(run.subject);
        found.status.add(run.status);
        if (run.change) found.status.add(run.change);
        for (const failure of [...run.failures, ...run.advice]) found.check.add(failure.check);
        for (const turn of run.turns) if (turn.language) found.language.add(turn.language);
      }
    }
    return found;
  }
  const choices = options();
  function named(key, value) {
    if (key === "status") return known("status." + value, value);
    if (key === "check") return data.labels[value] ? told(data.labels[value]) : value;
    if (key === "language") return known("language." + value, value);
    return value;
  }
  function fill() {
    for (const key of FILTERS) {
      const select = byId(key);
      const chosen = select.value;
      select.replaceChildren(new Option(t("all"), ""));
      const order = ["broken", "fail", "error", "fixed", "pass"];
      const values = [...choices[key]];
      if (key === "status") values.sort((a, b) => order.indexOf(a) - order.indexOf(b));
      else values.sort();
      for (const value of values) select.append(new Option(named(key, value), value));
      select.value = chosen;
      select.parentElement.hidden = values.length < 2 && key !== "status" && key !== "check" || values.length < 1;
    }
  }
  function narrow() {
    const wanted = {};
    for (const key of FILTERS) wanted[key] = byId(key).value;
    const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = data.cases.filter((one) => fits(one, wanted, words));
    draw();
  }
  function draw() {
    byId("cases").replaceChildren();
    drawn = 0;
    byId("count").textContent = t("shown", { n: shown.length, all: data.cases.length });
    more();
  }
  function more() {
    const page = document.createDocumentFragment();
    for (const one of shown.slice(drawn, drawn + PAGE)) page.append(row(one));
    byId("cases").append(page);
    drawn = Math.min(shown.length, drawn + PAGE);
    const button = byId("more");
    button.hidden = drawn >= shown.length;
    button.textContent = t("show_more", { n: Math.min(PAGE, shown.length - drawn), left: shown.length - drawn });
  }

  // --- a dialogue ---------------------------------------------------------------------------------------------------
  function row(one) {
    const runs = runsOf(one);
    const bad = worst(runs.length ? runs : one.runs);
    const about = [...one.tags, one.owner, one.origin].filter(Boolean).join(" · ");
    const summary = el("summary", "", el("b", "", one.case), ...runs.map(chip), el("span", "soft", about));
    const made = el("details", "case " + bad.status, summary);
    made.dataset.case = one.suite + "/" + one.case;
    made.addEventListener("toggle", () => { if (made.open && made.children.length === 1) open(made, one); });
    return made;
  }
  function chip(run) {
    const status = t("status." + run.status) + (run.change ? " · " + t("status." + run.change) : "");
    return el("span", "chip " + run.status, run.subject + (run.repeat > 1 ? " #" + run.repeat : "") + ": " + status);
  }
  function title(run, earlier) {
    return (earlier ? t("earlier") + ": " : "") + run.subject + (run.repeat > 1 ? " #" + run.repeat : "");
  }
  function open(made, one) {
    const all = [...one.before.map((run) => ({ run, earlier: true })), ...one.runs.map((run) => ({ run, earlier: false }))];
    const bad = all.findIndex((item) => item.run === worst(runsOf(one).length ? runsOf(one) : one.runs));
    const was = all[bad].run.was;
    const beside = was >= 0 ? was : all.findIndex((item) => item.run.subject !== all[bad].run.subject);
    // In the order of the run: the earlier version on the left.
    const [other, right] = beside > bad ? [bad, beside] : [beside, bad];
    const panes = el("div", "panes");
    const draw = (left, second) => {
      const items = [left, second].filter((index) => index >= 0).map((index) => all[index]);
      panes.className = items.length > 1 ? "panes two" : "panes";
      panes.replaceChildren(...cells(items));
    };
    if (all.length > 1) {
      const first = chooser(all, other, t("left"), true);
      const second = chooser(all, right, t("right"), false);
      const again = () => draw(Number(first.value), Number(second.value));
      first.addEventListener("change", again);
      second.addEventListener("change", again);
      made.append(el("div", "bar", el("label", "", t("left") + " ", first), el("label", "", t("right") + " ", second)));
    }
    made.append(panes);
    draw(other, right);
  }
  function chooser(all, chosen, label, empty) {
    const select = el("select");
    if (empty) select.append(new Option("—", "-1"));
    all.forEach((item, index) => select.append(new Option(title(item.run, item.earlier), String(index))));
    select.value = String(chosen);
    return select;
  }
  function cells(items) {
    const two = items.length > 1;
    const made = items.map(({ run, earlier }) => el("div", "cell", el("div", "head " + run.status, title(run, earlier) + ": ", el("span", "tag", t("status." + run.status))), why(run)));
    const turns = Math.max(...items.map(({ run }) => run.turns.length));
    for (let n = 0; n < turns; n++) {
      const pair = items.map(({ run }) => run.turns[n]);
      const same = pair.every((turn) => turn && turn.client === pair[0].client);
      if (same) made.push(asked(pair[0], n, two));
      else pair.forEach((turn) => made.push(turn ? asked(turn, n, false) : el("div", "cell user")));
      pair.forEach((turn, side) => made.push(turn ? answered(turn, two ? title(items[side].run, items[side].earlier) : "") : el("div", "cell")));
    }
    if (two) {
      let side = 0;
      for (const cell of made) {
        if (cell.classList.contains("both")) side = 0;
        else if (side++ % 2) cell.classList.add("second");
      }
    }
    return made;
  }
  function why(run) {
    const list = el("ul", "why");
    for (const failure of run.failures) list.append(reason(failure, "fail", ""));
    for (const advice of run.advice) list.append(reason(advice, "error", t("advice") + " · "));
    for (const grade of run.grades) {
      const score = grade.score === null ? t("no_grade") : grade.score + " / " + grade.high + " (≥ " + grade.least + ")";
      list.append(el("li", "", el("span", "tag", t("judge") + " · " + (grade.name || grade.check)), " " + score, el("br"), grade.reason));
    }
    if (run.error) list.append(el("li", "error", el("code", "", run.fault), " " + run.error));
    return list.children.length ? list : null;
  }
  function reason(failure, status, mark) {
    const label = data.labels[failure.check] ? told(data.labels[failure.check]) : failure.check;
    const said = [failure.quote ? t("said") + ": «" + failure.quote + "»" : "", failure.expected ? t("expected") + ": " + told(failure.expected) : ""];
    return el("li", status, el("span", "tag", mark + label), " ", el("code", "", failure.rule), failure.turn ? " · " + t("turn") + " " + failure.turn : "", el("br"), told(failure.explanations), el("br"), el("span", "soft", said.filter(Boolean).join(" · ")));
  }
  function asked(turn, n, both) {
    return el("div", both ? "cell user both" : "cell user", el("div", "who", t("client_turn", { n: turn.number || n + 1 })), el("div", "text", turn.client));
  }
  function answered(turn, whose) {
    const took = turn.ms ? " · " + turn.ms + " ms" : "";
    const made = el("div", "cell", el("div", "who", (whose || t("bot_said")) + " · " + known("action." + turn.action, turn.action) + (turn.hand_off ? " · " + turn.hand_off : "") + took));
    const sent = turn.attempts.filter((attempt) => attempt.left).pop();
    made.append(...spoken(turn.reply, sent ? sent.findings : []));
    const held = new Map(turn.attempts.filter((attempt) => !attempt.left && attempt.text).map((attempt) => [attempt.text, attempt]));
    for (const attempt of held.values()) made.append(el("div", "held", el("div", "who", t("held")), ...spoken(attempt.text, attempt.findings)));
    return made;
  }
  // A text with its findings marked and explained. Offsets count code points, as Python does.
  function spoken(text, findings) {
    const letters = Array.from(text);
    const borders = new Set([0, letters.length]);
    const spans = findings.map((f) => [Math.max(0, f.start), Math.min(letters.length, f.end)]);
    for (const [start, end] of spans) if (start < end) borders.add(start).add(end);
    const cuts = [...borders].sort((a, b) => a - b);
    const line = el("div", "text");
    for (let i = 0; i + 1 < cuts.length; i++) {
      const [from, to] = [cuts[i], cuts[i + 1]];
      const piece = letters.slice(from, to).join("");
      const covering = spans.flatMap(([start, end], number) => (start <= from && to <= end ? [number + 1] : []));
      if (!covering.length) line.append(piece);
      else {
        const marked = el("mark", "", piece);
        const last = spans.some(([, end], number) => end === to && covering.includes(number + 1));
        if (last) marked.append(el("sup", "", covering.join(",")));
        line.append(marked);
      }
    }
    if (!findings.length) return [line];
    const list = el("ul", "why");
    findings.forEach((f, number) => {
      const kind = known("kind." + f.kind, f.kind) + ", " + known("severity." + f.severity, f.severity);
      const right = f.expected ? el("span", "soft", " · " + t("expected") + ": " + told(f.expected)) : null;
      list.append(el("li", "fail", el("sup", "", String(number + 1)), " ", el("span", "tag", kind), " · «" + f.quote + "»", right, el("br"), told(f.explanations)));
    });
    return [line, list];
  }

  // --- the page -----------------------------------------------------------------------------------------------------
  function speak(chosen) {
    language = chosen;
    root.lang = root.dataset.language = chosen;
    for (const button of document.querySelectorAll("[data-choose]")) button.setAttribute("aria-pressed", String(button.dataset.choose === chosen));
    const opened = new Set([...document.querySelectorAll("details.case[open]")].map((row) => row.dataset.case));
    fill();
    draw();
    for (const row of document.querySelectorAll("details.case")) row.open = opened.has(row.dataset.case);
  }
  function step(by) {
    const all = [...document.querySelectorAll("details.case > summary")];
    const at = all.indexOf(document.activeElement);
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
    if (next) next.focus();
  }
  let waiting = 0;
  byId("text").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(narrow, 120); });
  FILTERS.forEach((key) => byId(key).addEventListener("change", narrow));
  byId("more").addEventListener("click", () => {
    const first = drawn;
    more();
    document.querySelectorAll("details.case > summary")[first].focus();
  });
  for (const button of document.querySelectorAll("[data-choose]")) button.addEventListener("click", () => speak(button.dataset.choose));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = ["INPUT", "SELECT"].includes(event.target.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); byId("text").focus(); }
    else if (event.key === "Escape" && event.target === byId("text")) { byId("text").value = ""; narrow(); }
    else if (!typing && (event.key === "j" || event.key === "k")) step(event.key === "j" ? 1 : -1);
  });
  shown = data.cases;
  speak(language);
  for (const first of [...document.querySelectorAll("details.case")].slice(0, 3)) if (!first.classList.contains("pass")) first.open = true;
})();
