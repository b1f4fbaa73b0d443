"use strict";
// How far back gradients reach: a card an encoder, three figures a card, the same scales in all.

{
  const host = document.getElementById("reach");
  const parts = ["gradient", "product", "clipping"];
  const captions = ["gradient norm by lag", "product of Jacobians by lag", "gradient norm by step"];
  const cards = report.reach.map((encoder, at) => {
    const card = host.children[at];
    return Object.fromEntries(parts.map((part, index) => {
      const text = part === "clipping" && !encoder.before ? "trained without gradients" : captions[index];
      card.append(report.element("small", { textContent: text }));
      return [part, card.appendChild(report.element("div"))];
    }));
  });

  // Logarithms, in thousandths of a decade; logarithmic axes of plotly want the numbers themselves.
  const powers = (text) => Array.from(report.i2(text), (value) => 10 ** (value / 1000));
  const drawn = report.reach.map((encoder) => ({ ...encoder,
    lines: encoder.lines.map((line) => ({ ...line, norms: powers(line.norms) })),
    radius: powers(encoder.radius),
    before: encoder.before && powers(encoder.before), after: encoder.after && powers(encoder.after) }));

  const decades = (values, depth) => {
    const high = Math.log10(Math.max(...values));
    const low = Math.max(high - depth, Math.log10(Math.min(...values)));
    const room = 0.06 * (high - low) + 0.05;
    return [low - room, high + room];
  };
  // Beyond eight decades a gradient no longer moves a weight.
  const ranges = drawn.length && {
    gradient: decades(drawn.flatMap((encoder) => encoder.lines.flatMap((line) => line.norms)), 8),
    product: decades(drawn.flatMap((encoder) => encoder.radius), 8),
    clipping: decades(drawn.flatMap((encoder) => [...encoder.before ?? [], ...encoder.after ?? []]), 3),
  };

  const mixed = (from, to, share) => {
    const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const [a, b] = [channels(from), channels(to)];
    return `rgb(${a.map((value, k) => Math.round(value + share * (b[k] - value))).join(",")})`;
  };

  report.views.push(() => {
    const theme = report.theme();
    const axis = { gridcolor: theme.line, zeroline: false, fixedrange: true, ticks: "",
      tickfont: { size: 11 }, automargin: false };
    const draw = (plot, traces, title, range) => Plotly.react(plot, traces, report.layout({
      height: 170, margin: { l: 42, r: 8, t: 6, b: 36 }, showlegend: false, hovermode: "x unified",
      hoverlabel: { bgcolor: theme.card, font: { color: theme.ink, size: 12 } },
      xaxis: { ...axis, title: { text: title, standoff: 2, font: { size: 12 } }, rangemode: "tozero" },
      yaxis: { ...axis, type: "log", range, exponentformat: "power", nticks: 5, hoverformat: ".2~g",
        dtick: range[1] - range[0] < 2 ? "D2" : Math.max(1, Math.floor((range[1] - range[0]) / 3)) } }),
    { ...report.options, displayModeBar: false });
    const line = (name, x, y, style) => ({ type: "scatter", mode: "lines", name, x, y, line: style });

    drawn.forEach((encoder, index) => {
      const snapshots = encoder.lines.filter((one) => !one.kept);
      const lines = encoder.lines.map(({ step, kept, norms }) => {
        const share = 0.3 + 0.7 * snapshots.findIndex((one) => one.step === step) / Math.max(1, snapshots.length - 1);
        return line(kept ? `kept, step ${step}` : `step ${step}`, norms.map((_, lag) => lag + 1), norms,
          kept ? { color: theme.ink, width: 2.2, dash: "dot" }
            : { color: mixed(theme.line, theme.accent, share), width: 1.8 });
      });
      draw(cards[index].gradient, lines, "days back", ranges.gradient);
      draw(cards[index].product, [{ ...line("spectral radius", encoder.lags, encoder.radius,
        { color: theme.ink, width: 1.4 }), mode: "lines+markers", marker: { size: 5 } }], "days multiplied", ranges.product);
      if (encoder.before) {
        draw(cards[index].clipping, [
          line("before clipping", encoder.step, encoder.before, { color: theme.grey, width: 1.2 }),
          line("after", encoder.step, encoder.after, { color: theme.accent, width: 1.8 }),
        ], "step", ranges.clipping);
      }
    });

    const key = document.getElementById("reach-key");
    if (key) {
      key.replaceChildren(...[["start", 0.3], ["a quarter", 0.53], ["half", 0.77], ["end", 1]].map(([text, share]) =>
        report.element("span", {}, report.element("i", { style: `background:${mixed(theme.line, theme.accent, share)}` }), text)),
      report.element("span", {}, report.element("i", { className: "dots" }), "kept weights"));
    }
  });
}
