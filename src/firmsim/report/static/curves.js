"use strict";
// Training curves: one small figure a training.

{
  const host = document.getElementById("curves");
  const several = new Set(report.curves.map((curve) => curve.name)).size < report.curves.length;
  const plots = report.curves.map(() => host.appendChild(
    report.element("div", { className: "plot" })));
  report.views.push(() => {
    const theme = report.theme();
    report.curves.forEach((curve, index) => {
      const title = report.plain(several ? `${curve.name}, seed ${curve.seed}` : curve.name);
      const training = { type: "scatter", mode: "lines", name: "fitted", x: curve.step, y: curve.loss,
        line: { color: theme.grey, width: 1.2 } };
      const validation = { type: "scatter", mode: "lines+markers", name: "validation",
        x: curve.looked, y: curve.validation, line: { color: theme.accent, width: 2, dash: "dot" },
        marker: { size: 6 } };
      const best = { type: "line", x0: curve.best, x1: curve.best, yref: "paper", y0: 0, y1: 1,
        line: { color: theme.accent, width: 1 } };
      const axis = { gridcolor: theme.line, zeroline: false, fixedrange: true, ticks: "" };
      Plotly.react(plots[index], [training, validation], report.layout({
        title: { text: `<b>${title}</b>`, font: { size: 14 }, x: 0.02, xanchor: "left", y: report.narrow() ? 0.97 : 0.95 },
        margin: { l: 52, r: 14, t: report.narrow() ? 58 : 40, b: 40 }, shapes: [best], hovermode: "x unified",
        hoverlabel: { bgcolor: theme.card, font: { color: theme.ink } },
        annotations: [{ x: curve.best, yref: "paper", y: 1, yanchor: "top", text: "kept", showarrow: false,
          xanchor: curve.best > 0.85 * curve.step.at(-1) ? "right" : "left", font: { size: 11, color: theme.accent } }],
        xaxis: { ...axis, title: { text: "step", standoff: 4 } }, yaxis: { ...axis, title: { text: "loss", standoff: 4 } },
        legend: { orientation: "h", x: 1, xanchor: "right", y: 1.16, font: { size: 12 } } }),
      { ...report.options, displayModeBar: false });
    });
  });
}
