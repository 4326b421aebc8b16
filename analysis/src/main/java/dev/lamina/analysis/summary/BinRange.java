package dev.lamina.analysis.summary;

import java.util.List;

/** Finds where histograms end. */
final class BinRange {
  private BinRange() {}

  /** Returns the last bin that is not empty in one of the histograms, or 0. */
  @SafeVarargs
  static int last(List<Integer>... histograms) {
    int last = 0;
    for (List<Integer> counts : histograms) {
      for (int bin = 0; bin < counts.size(); bin++) {
        if (counts.get(bin) > 0) {
          last = Math.max(last, bin);
        }
      }
    }
    return last;
  }
}
