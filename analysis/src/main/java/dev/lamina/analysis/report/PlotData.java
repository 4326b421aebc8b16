package dev.lamina.analysis.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the page's script draws.
 *
 * @param plots the plots in the order of the page
 * @param subjects a number for each subject, in the order of first appearance: equal subjects have
 *     equal colours in the whole page
 */
record PlotData(List<Entry> plots, Map<String, Integer> subjects) {

  /**
   * One plot.
   *
   * @param id id of its place in the page
   * @param content a {@link Plot} or a {@link Heatmap}
   */
  record Entry(String id, Block content) {}

  static PlotData of(Report report) {
    List<Entry> plots = new ArrayList<>();
    Map<String, Integer> subjects = new LinkedHashMap<>();
    for (Report.Section section : report.sections()) {
      for (Block block : section.view().map(SectionView::blocks).orElse(List.of())) {
        if (block instanceof Plot plot) {
          plots.add(new Entry(SectionHtml.id(section, plot.id()), plot));
          plot.series().forEach(s -> subjects.putIfAbsent(s.subject(), subjects.size()));
        } else if (block instanceof Heatmap map) {
          plots.add(new Entry(SectionHtml.id(section, map.id()), map));
        }
      }
    }
    return new PlotData(plots, subjects);
  }
}
