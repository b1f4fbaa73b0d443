"use strict";
// The map of the firms. One trace per sector, so that the legend hides and isolates sectors.

{
  const MOST = 60; // labels
  const plot = document.getElementById("map-plot");
  const firms = report.tickers.map((_, firm) => firm);
  const bySize = firms.toSorted((one, other) => report.diameter[other] - report.diameter[one]);
  let places = null;
  let labelled = []; // [{ firm, position }]

  const x = (firm) => places[2 * firm];
  const y = (firm) => places[2 * firm + 1];
  const diameter = (firm) => report.diameter[firm]; // px

  const description = (firm) =>
    [
      `<b>${report.escape(report.tickers[firm])}</b> ${report.escape(report.names[firm])}`,
      report.escape(report.sectorOf(firm).name),
      report.escape(report.industries[firm]),
      report.escape(report.sizeText(firm)),
    ]
      .filter(Boolean)
      .join("<br>");

  const peers = () =>
    report.firm === null ? [] : report.peersOf(report.firm).map((peer) => peer.firm);

  const sectorTraces = () => {
    const lit = new Set(report.firm === null ? firms : [report.firm, ...peers()]);
    return report.sectors.map((sector, index) => {
      const members = firms.filter((firm) => report.sector[firm] === index);
      return {
        type: "scatter",
        mode: "markers",
        name: report.escape(sector.name),
        x: members.map(x),
        y: members.map(y),
        customdata: members,
        text: members.map(description),
        hovertemplate: "%{text}<extra></extra>",
        marker: {
          color: sector.colour,
          symbol: sector.symbol,
          size: members.map(diameter),
          opacity: 0.88,
          line: { color: report.colour("card"), width: 1 },
        },
        selectedpoints: members.flatMap((firm, at) => (lit.has(firm) ? [at] : [])),
        unselected: { marker: { opacity: 0.15 } },
      };
    });
  };

  // Lines from the selected firm to its peers.
  const spokes = () => ({
    type: "scatter",
    mode: "lines",
    hoverinfo: "skip",
    showlegend: false,
    line: { color: report.colour("ink"), width: 1 },
    opacity: 0.55,
    x: peers().flatMap((peer) => [x(report.firm), x(peer), null]),
    y: peers().flatMap((peer) => [y(report.firm), y(peer), null]),
  });

  // Unseen markers of the same size keep the tickers clear of the marks.
  const labels = () => {
    const named = labelled.map(({ firm }) => firm);
    return {
      type: "scatter",
      mode: "markers+text",
      hoverinfo: "skip",
      showlegend: false,
      marker: { color: "rgba(0,0,0,0)", size: named.map(diameter), line: { width: 0 } },
      x: named.map(x),
      y: named.map(y),
      text: named.map((firm) => report.escape(report.tickers[firm])),
      textposition: labelled.map(({ position }) => position),
      textfont: { size: 13, color: report.colour("ink"), shadow: "auto" },
    };
  };

  const range = (at) => {
    const [low, high] = [Math.min(...firms.map(at)), Math.max(...firms.map(at))];
    const margin = 0.05 * (high - low) + 500;
    return [low - margin, high + margin];
  };

  const draw = () => {
    const axis = { visible: false, fixedrange: report.touch };
    const layout = {
      uirevision: report.method.name,
      hovermode: "closest",
      margin: { l: 8, r: 8, t: 8, b: 8 },
      xaxis: { ...axis, range: range(x) },
      yaxis: { ...axis, range: range(y), scaleanchor: "x" },
      legend: {
        orientation: "h",
        x: 0,
        y: -0.01,
        yanchor: "top",
        itemsizing: "constant",
        font: { size: 12 },
      },
    };
    const traces = [spokes(), ...sectorTraces(), labels()];
    Plotly.react(plot, traces, report.layout(layout), report.options);
  };

  // Where tickers have room beside their marks, clear of other marks and tickers: those of the
  // selected firm and its peers, or else those of the largest firms.
  const room = () => {
    const { xaxis, yaxis } = plot._fullLayout;
    const hidden = report.sectors.map((_, index) => plot.data[index + 1].visible === "legendonly");
    const shown = firms.filter((firm) => !hidden[report.sector[firm]]);
    const box = (left, top, width, height) => ({
      left,
      top,
      right: left + width,
      bottom: top + height,
    });
    const mark = (firm, size) =>
      box(xaxis.d2p(x(firm)) - size / 2, yaxis.d2p(y(firm)) - size / 2, size, size);
    const inside = ({ left, top, right, bottom }) =>
      left > 0 && top > 0 && right < xaxis._length && bottom < yaxis._length;
    const taken = shown.map((firm) => ({ firm, ...mark(firm, 0.7 * diameter(firm)) }));
    const free = (wanted, firm) =>
      taken.every(
        (other) =>
          other.firm === firm ||
          wanted.right < other.left ||
          wanted.left > other.right ||
          wanted.bottom < other.top ||
          wanted.top > other.bottom,
      );
    const candidates = (firm) => {
      const [width, height] = [4 + 8.5 * report.tickers[firm].length, 15];
      const { left, right, top, bottom } = mark(firm, diameter(firm));
      const [column, row] = [(left + right - width) / 2, (top + bottom - height) / 2];
      return Object.entries({
        "top center": box(column, top - height - 2, width, height),
        "bottom center": box(column, bottom + 2, width, height),
        "middle right": box(right + 2, row, width, height),
        "middle left": box(left - width - 2, row, width, height),
      });
    };

    const wanted = report.firm === null ? bySize : [report.firm, ...peers()];
    const found = [];
    for (const firm of wanted.filter((one) => shown.includes(one)).slice(0, MOST)) {
      const chosen = candidates(firm).find(([, place]) => inside(place) && free(place, firm));
      if (chosen) {
        found.push({ firm, position: chosen[0] });
        taken.push(chosen[1]);
      }
    }
    return found;
  };

  const label = () => {
    const found = room();
    if (JSON.stringify(found) === JSON.stringify(labelled)) return;
    labelled = found;
    const { x: across, y: up, text, textposition, marker } = labels();
    const update = { x: across, y: up, text, textposition, "marker.size": marker.size };
    const wrapped = Object.fromEntries(
      Object.entries(update).map(([key, value]) => [key, [value]]),
    );
    Plotly.restyle(plot, wrapped, plot.data.length - 1);
  };

  let listening = false;
  report.views.push(() => {
    places = report.unpack(report.method.map, Uint16Array);
    draw();
    label();
    if (listening) return;
    listening = true;
    plot.on("plotly_relayout", label);
    plot.on("plotly_restyle", label);
    plot.on("plotly_click", (event) => {
      const firm = event.points[0].customdata;
      if (firm !== undefined) report.selectFirm(firm);
    });
  });
}
