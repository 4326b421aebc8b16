package dev.lamina.cli;

import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.data.Catalogue;
import dev.lamina.analysis.data.CataloguedSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lamina data list}: which data sets there are and where they are. */
@Command(
    name = "list",
    description = "Lists the data sets that are bundled and those that can be fetched.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DataListCommand extends Subcommand {

  @Mixin private final CacheOption cache = new CacheOption();

  DataListCommand(Session session) {
    super(session);
  }

  /** What is printed. */
  record Document(String cache, List<Entry> sets) {}

  /**
   * A data set.
   *
   * @param state bundled, fetched or not fetched
   */
  record Entry(
      String name,
      String title,
      int trainRows,
      int testRows,
      long features,
      int classes,
      String state,
      String origin,
      long downloadBytes,
      String licence) {}

  @Override
  Output execute() {
    CacheFolder folder = cache.folder(session());
    List<Entry> sets = new ArrayList<>();
    sets.add(bundled("digits", "8×8 handwritten digits", 1797, 64, 10));
    sets.add(bundled("iris", "Fisher's irises, corrected version", 150, 4, 3));
    Catalogue.standard().sets().forEach(set -> sets.add(entry(set, folder)));
    return Output.of(new Document(folder.root().toString(), sets), text(sets, folder));
  }

  private static Entry bundled(String name, String title, int rows, int features, int classes) {
    return new Entry(
        name, title, rows, 0, features, classes, "bundled", "", 0, "BSD-3-Clause, scikit-learn");
  }

  private static Entry entry(CataloguedSet set, CacheFolder folder) {
    return new Entry(
        set.name(),
        set.title(),
        set.trainRows(),
        set.testRows(),
        set.image().pixels(),
        set.classNames().size(),
        folder.has(set) ? "fetched" : "not fetched",
        set.origin().toString(),
        set.origin().bytes(),
        set.licence());
  }

  private static String text(List<Entry> sets, CacheFolder folder) {
    StringBuilder text = new StringBuilder();
    text.append("name           train + test   features  classes  state        what\n");
    for (Entry e : sets) {
      String rows = e.trainRows() + (e.testRows() == 0 ? "" : " + " + e.testRows());
      text.append(
          String.format(
              Locale.ROOT,
              "%-14s %-14s %8d  %7d  %-11s  %s%n",
              e.name(),
              rows,
              e.features(),
              e.classes(),
              e.state(),
              e.title() + download(e)));
    }
    return text.append("Fetched sets are kept in ").append(folder.root()).toString();
  }

  private static String download(Entry e) {
    return e.state().equals("not fetched")
        ? String.format(
            Locale.ROOT,
            " (%s, %.1f MB): lamina data fetch %s",
            e.origin(),
            e.downloadBytes() / 1e6,
            e.name())
        : "";
  }
}
