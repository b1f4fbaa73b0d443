"use strict";
// Map of the firms: one trace a sector, so that the legend hides and isolates sectors.

{
  const plot = document.getElementById("map-plot");
  const diameter = (firm) => report.diameter[firm]; // px
  const firms = report.tickers.map((_, firm) => firm);
  const hover = (firm) => {
    const text = [`<b>${report.plain(report.tickers[firm])}</b> ${report.plain(report.names[firm])}`,
      report.plain(report.sectorOf(firm).name), report.plain(report.industries[firm]),
      report.plain(report.sizeText(firm))];
    return text.filter(Boolean).join("<br>");
  };

  const draw = () => {
    const theme = report.theme();
    const map = report.shown.map;
    const places = report.u2(map);
    const x = (firm) => places[2 * firm];
    const y = (firm) => places[2 * firm + 1];
    const near = report.firm === null ? [] : report.peersOf(report.firm).map((peer) => peer.firm);
    const lit = new Set(report.firm === null ? firms : [report.firm, ...near]);

    const traces = report.sectors.map((sector, index) => {
      const members = firms.filter((firm) => report.sector[firm] === index);
      return { type: "scatter", mode: "markers", name: report.plain(sector.name),
        x: members.map(x), y: members.map(y), customdata: members,
        text: members.map(hover), hovertemplate: "%{text}<extra></extra>",
        marker: { color: sector.colour, symbol: sector.symbol, size: members.map(diameter),
          opacity: 0.88, line: { color: theme.card, width: 1 } },
        selectedpoints: members.flatMap((firm, at) => (lit.has(firm) ? [at] : [])),
        unselected: { marker: { opacity: 0.15 } } };
    });
    const lines = { type: "scatter", mode: "lines", hoverinfo: "skip", showlegend: false,
      line: { color: theme.ink, width: 1 }, opacity: 0.55,
      x: near.flatMap((peer) => [x(report.firm), x(peer), null]),
      y: near.flatMap((peer) => [y(report.firm), y(peer), null]) };
    const named = report.tickers.length <= 60 ? firms : report.firm === null ? [] : [report.firm];
    // Unseen markers of the same size keep the text clear of the marks.
    const labels = { type: "scatter", mode: "markers+text", hoverinfo: "skip", showlegend: false,
      marker: { color: "rgba(0,0,0,0)", size: named.map(diameter), line: { width: 0 } },
      x: named.map(x), y: named.map(y), text: named.map((firm) => report.plain(report.tickers[firm])),
      textposition: "top center", textfont: { size: 13, color: theme.ink, shadow: "auto" } };

    const range = (at) => {
      const [low, high] = [Math.min(...firms.map(at)), Math.max(...firms.map(at))];
      const margin = 0.05 * (high - low) + 500;
      return [low - margin, high + margin];
    };
    const axis = { visible: false, fixedrange: report.touch };
    Plotly.react(plot, [lines, ...traces, labels], report.layout({
      uirevision: report.shown.name, hovermode: "closest", margin: { l: 8, r: 8, t: 8, b: 8 },
      xaxis: { ...axis, range: range(x) }, yaxis: { ...axis, range: range(y), scaleanchor: "x" },
      legend: { orientation: "h", x: 0, y: -0.01, yanchor: "top", itemsizing: "constant",
        font: { size: 12 } } }), report.options);
  };

  let listening = false;
  report.views.push(() => {
    draw();
    if (listening) return;
    listening = true;
    plot.on("plotly_click", (event) => {
      const firm = event.points[0].customdata;
      if (firm !== undefined) report.selectFirm(firm === report.firm ? null : firm);
    });
  });
}
