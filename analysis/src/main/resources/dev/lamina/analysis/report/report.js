// Draws the plots of a report, sorts its tables, hands out their numbers as CSV. Loads nothing.
'use strict';
(() => {
  const root = document.documentElement;
  const errors = [];
  const note = (message) => { errors.push(String(message)); root.dataset.errors = errors.join(' | '); };
  addEventListener('error', (event) => note(event.message));
  addEventListener('unhandledrejection', (event) => note(event.reason));

  // --- Tables ------------------------------------------------------------------------------------------------------

  const value = (cell) => {
    const raw = cell.dataset.v ?? cell.textContent;
    const number = raw === '' ? NaN : Number(raw);
    return Number.isNaN(number) ? raw : number;
  };
  const compare = (a, b) => {
    if (a === '' || b === '') return (a === '') - (b === '');
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  };
  const sortBy = (header) => {
    const table = header.closest('table');
    const body = table.tBodies[0];
    const column = header.cellIndex;
    const up = header.getAttribute('aria-sort') !== 'ascending';
    for (const other of header.parentNode.cells) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const rows = [...body.rows].map((row) => [value(row.cells[column]), row]);
    const empty = (pair) => pair[0] === '';
    rows.sort((a, b) => (empty(a) || empty(b) ? compare(a[0], b[0]) : (up ? 1 : -1) * compare(a[0], b[0])));
    body.append(...rows.map((pair) => pair[1]));
  };

  // --- CSV ---------------------------------------------------------------------------------------------------------

  const quote = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
  const line = (cells) => cells.map((cell) => quote(String(cell ?? ''))).join(',') + '\r\n';
  const download = (name, text) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const tableCsv = (table) =>
    [...table.rows].map((row) => line([...row.cells].map((cell) => cell.dataset.v ?? cell.textContent))).join('');

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.classList.contains('csv')) {
      download(button.dataset.file, tableCsv(document.getElementById(button.dataset.table)));
    } else if (button.closest('th')) {
      sortBy(button.closest('th'));
    }
  });

  // --- Plots -------------------------------------------------------------------------------------------------------

  const source = JSON.parse(document.getElementById('report-data').textContent);
  root.dataset.plots = source.plots.length;
  root.dataset.drawn = 0;

  const NARROW = 560;
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const colour = (subject) => css('--c' + (source.subjects[subject] % 8));
  const round = (subject) => Math.floor(source.subjects[subject] / 8);
  const DASHES = ['solid', 'dash', 'dot', 'dashdot'];
  const SYMBOLS = ['circle', 'square', 'diamond', 'cross', 'triangle-up', 'x', 'star', 'triangle-down'];
  const faint = (hex, alpha) =>
    'rgba(' + [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)).join(',') + ',' + alpha + ')';
  const middle = (edges) => edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);

  const intervals = (s) => ({
    type: 'data', symmetric: false, thickness: 1.3, width: 4,
    array: s.high.map((high, i) => (high === null ? null : high - s.y[i])),
    arrayminus: s.low.map((low, i) => (low === null ? null : s.y[i] - low)),
  });

  // Points of several kinds may lie on one another: later ones are smaller, and leave a rim of earlier ones.
  const size = (s, plot) => {
    const bare = plot.series.filter((other) => other.kind === 'points' && other.low.length === 0);
    return bare.length < 2 || !bare.includes(s) ? 8 : 13 - (6 * bare.indexOf(s)) / (bare.length - 1);
  };

  const TRACES = {
    line: (s) => ({
      type: 'scatter', mode: 'lines', x: s.x, y: s.y,
      line: { color: colour(s.subject), width: 2, dash: DASHES[round(s.subject) % 4] },
    }),
    points: (s, plot) => ({
      type: 'scatter', mode: 'markers', x: s.x, y: s.y,
      marker: { color: colour(s.subject), size: size(s, plot), symbol: SYMBOLS[(source.subjects[s.subject] + round(s.subject)) % 8] },
      error_y: s.low.length === 0 ? undefined : intervals(s),
      ...(s.labels.length > 0 ? { text: s.labels.map(plain) } : {}),
    }),
    shaded: (s) => ({
      type: 'scatter', mode: 'markers', x: s.x, y: s.y, text: s.labels.map(plain),
      error_y: { ...intervals(s), color: css('--line') },
      marker: {
        color: s.shades, colorscale: 'Cividis', size: 10, line: { width: 1, color: css('--ink') },
        colorbar: { title: { text: title(s.shade), side: 'right' }, thickness: 14, outlinewidth: 0 },
      },
    }),
    band: (s) => ({
      type: 'scatter', mode: 'lines', fill: 'toself', hoverinfo: 'skip', line: { width: 0 },
      x: s.x.concat([...s.x].reverse()), y: s.high.concat([...s.low].reverse()),
      fillcolor: faint(colour(s.subject), 0.2),
    }),
    bars: (s, plot) => ({
      type: 'bar', x: middle(s.edges), y: s.heights,
      width: plot.x.ticks.length > 0 ? undefined : s.edges.slice(1).map((edge, i) => edge - s.edges[i]),
      marker: { color: faint(colour(s.subject), plot.x.ticks.length > 0 ? 0.9 : 0.6), line: { width: 0 } },
    }),
  };

  const traces = (plot) =>
    plot.block === 'plot'
      ? plot.series.map((s) => ({ ...TRACES[s.kind](s, plot), name: plain(s.name) }))
      : [heat(plot)];

  const heat = (plot) => {
    const log = plot.value.logarithmic;
    const shown = plot.values.map((row) => row.map((v) => (log ? (v > 0 ? Math.log10(v) : null) : v)));
    return {
      type: 'heatmap', x: plot.xs, y: plot.ys, z: shown, customdata: plot.values, colorscale: 'Cividis',
      hovertemplate: '%{x}, %{y}: %{customdata}<extra></extra>',
      colorbar: { title: { text: title(plot.value), side: 'right' }, thickness: 14, outlinewidth: 0, ...(log ? decades(shown) : {}) },
    };
  };
  const decades = (rows) => {
    const present = rows.flat().filter((v) => v !== null);
    const low = Math.floor(Math.min(...present));
    const count = Math.ceil(Math.max(...present)) - low + 1;
    const tickvals = [...Array(count).keys()].map((i) => low + i);
    return { tickvals, ticktext: tickvals.map((v) => '10<sup>' + v + '</sup>') };
  };

  // Plotly reads texts as HTML of its own kind.
  const plain = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const title = (axis) => plain(axis.label + (axis.unit ? ' (' + axis.unit + ')' : ''));
  const axis = (a) => ({
    title: { text: title(a), standoff: 8 }, type: a.logarithmic ? 'log' : 'linear', automargin: true,
    gridcolor: css('--grid'), zerolinecolor: css('--line'), linecolor: css('--line'), exponentformat: 'power',
    ...(a.logarithmic ? { dtick: undefined, minor: { showgrid: false } } : {}),
    ...(a.ticks.length > 0 ? { tickvals: a.ticks.map((_, i) => i), ticktext: a.ticks.map(plain), zeroline: false } : {}),
  });
  // On a narrow page every entry of the legend has a line of its own.
  const legendHeight = (plot, width) => (width < NARROW && plot.block === 'plot' ? 19 * plot.series.length : 0);
  const layout = (plot, width) => ({
    width, height: Math.round(Math.min(430, Math.max(270, width * 0.55)) + legendHeight(plot, width)),
    margin: { l: 10, r: 10, t: 10, b: 10 }, autosize: false,
    paper_bgcolor: css('--paper'), plot_bgcolor: css('--paper'),
    font: { color: css('--ink'), size: width < NARROW ? 11 : 13, family: getComputedStyle(document.body).fontFamily },
    xaxis: axis(plot.x), yaxis: axis(plot.y), barmode: plot.x.ticks.length > 0 ? 'group' : 'overlay',
    showlegend: plot.block === 'plot' && plot.series.length > 1,
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', bgcolor: 'rgba(0,0,0,0)' },
    hoverlabel: { namelength: -1 }, dragmode: matchMedia('(pointer: coarse)').matches ? false : 'zoom',
  });
  const config = (width) => ({
    displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'], responsive: false,
    displayModeBar: width < NARROW ? false : 'hover',
  });

  const draw = async (plot, width) => {
    const div = document.getElementById(plot.id);
    const wide = width ?? div.clientWidth;
    await Plotly.react(div, traces(plot.content), layout(plot.content, wide), config(wide));
    div.dataset.drawn = 'true';
    root.dataset.drawn = document.querySelectorAll('.plot[data-drawn]').length;
  };
  const drawAll = (width) => Promise.all(source.plots.map((plot) => draw(plot, width)));

  const loadPlotly = async () => {
    const packed = document.getElementById('plotly');
    const bytes = Uint8Array.from(atob(packed.textContent), (c) => c.charCodeAt(0));
    packed.remove();
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const script = document.createElement('script');
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  };

  const start = async () => {
    if (source.plots.length === 0) return;
    if (typeof DecompressionStream === 'undefined') {
      for (const div of document.querySelectorAll('.plot')) {
        div.classList.add('missing');
        div.textContent = 'This browser is too old to draw the plot; its numbers are below.';
      }
      return;
    }
    await loadPlotly();
    for (const plot of source.plots) {
      await draw(plot);
      await new Promise((resume) => setTimeout(resume)); // lets the page scroll in between
    }
    let pending;
    addEventListener('resize', () => { clearTimeout(pending); pending = setTimeout(() => drawAll(), 150); });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawAll());
    addEventListener('beforeprint', () => drawAll(650));
    addEventListener('afterprint', () => drawAll());
  };
  start().catch((error) => note(error));
})();
