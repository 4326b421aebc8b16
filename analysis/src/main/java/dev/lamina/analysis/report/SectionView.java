package dev.lamina.analysis.report;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one analysis shows.
 *
 * @param introduction two to four sentences: the question, the method, the answer
 * @param headlines the numbers to take home, at most four
 * @param blocks plots, tables and words, in order
 */
public record SectionView(String introduction, List<Headline> headlines, List<Block> blocks) {

  /** Copies the lists and checks that no id is used twice. */
  public SectionView {
    headlines = List.copyOf(headlines);
    blocks = List.copyOf(blocks);
    Set<String> ids = new HashSet<>();
    for (Block block : blocks) {
      String id =
          switch (block) {
            case Plot plot -> plot.id();
            case Heatmap map -> map.id();
            case Table table -> table.id();
            case Pictures pictures -> pictures.id();
            case Note _ -> "";
          };
      if (!id.isEmpty() && !ids.add(id)) {
        throw new IllegalArgumentException("two blocks of a section have the id " + id);
      }
    }
  }
}
