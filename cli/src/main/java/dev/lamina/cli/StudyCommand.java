package dev.lamina.cli;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.study.SectionOutcome;
import dev.lamina.analysis.study.Study;
import dev.lamina.analysis.study.StudyConfig;
import dev.lamina.analysis.study.StudyListener;
import dev.lamina.analysis.study.StudyReader;
import dev.lamina.analysis.study.StudySections;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.LoadedConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lamina study}. */
@Command(
    name = "study",
    description = "Runs the analyses that a config file lists and writes a report.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The folder holds report.html, results.json, csv/, effective.conf and, in sections/,"
          + " what is kept of each section: on a second run only sections whose data,"
          + " configuration or code have changed are run again."
    })
final class StudyCommand extends Subcommand {

  @Parameters(paramLabel = "FILE.conf", description = "The study.")
  private Path file;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the results go; made if it is missing.")
  private Path out;

  @Option(names = "--fresh", description = "Run finished sections again.")
  private boolean fresh;

  /**
   * What {@code --json} prints.
   *
   * @param title of the study
   * @param report the page
   * @param results all results as JSON
   * @param seconds how long it took in all
   * @param sections how each section ended
   */
  record Document(
      String title, Path report, Path results, double seconds, List<SectionEntry> sections) {}

  /**
   * How a section ended.
   *
   * @param name its name
   * @param status done, kept or failed
   * @param seconds how long it took
   * @param headlines its numbers to take home
   * @param failure what went wrong, null if nothing did
   */
  record SectionEntry(
      String name,
      String status,
      double seconds,
      List<Headline> headlines,
      Optional<String> failure) {

    static SectionEntry of(SectionOutcome outcome) {
      return switch (outcome) {
        case SectionOutcome.Done d ->
            new SectionEntry(
                d.name(),
                d.kept() ? "kept" : "done",
                d.seconds(),
                d.view().headlines(),
                Optional.empty());
        case SectionOutcome.Failed f ->
            new SectionEntry(f.name(), "failed", f.seconds(), List.of(), Optional.of(f.message()));
      };
    }
  }

  StudyCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = session().load(List.of(file), errors);
    StudyConfig config = new StudyReader(StudySections.all()).read(loaded, file, errors);
    long start = System.nanoTime();
    try (Lamina lamina = Lamina.open(loaded.lamina());
        ProgressBars progress = session().progress()) {
      Study.Options options =
          new Study.Options(
              CacheFolder.of(loaded.lamina(), session().sources().environment()),
              fresh,
              command(),
              progress,
              new Narrator(progress));
      List<SectionOutcome> outcomes = new Study(config, loaded, out).run(lamina, options);
      progress.clear();
      return output(config, outcomes, Stopwatch.secondsSince(start));
    }
  }

  /** Returns the command that gives the same results; settings stand in the effective config. */
  private String command() {
    return "lamina study " + out.resolve("effective.conf") + " --out " + out + "-again";
  }

  /** Says on standard error when a section ends. */
  private final class Narrator implements StudyListener {
    private final ProgressBars progress;

    Narrator(ProgressBars progress) {
      this.progress = progress;
    }

    @Override
    public void begins(String name) {
      // The section's own progress says so.
    }

    @Override
    public void ended(SectionOutcome outcome) {
      progress.clear();
      String how =
          switch (outcome) {
            case SectionOutcome.Done d when d.kept() -> "kept from an earlier run";
            case SectionOutcome.Done d -> String.format(Locale.ROOT, "%.1f s", d.seconds());
            case SectionOutcome.Failed f -> "FAILED: " + f.message();
          };
      session().say("%-12s %s".formatted(outcome.name(), how));
      if (outcome instanceof SectionOutcome.Failed f && session().options().debug()) {
        f.cause().printStackTrace(session().console().err());
      }
    }
  }

  private Output output(StudyConfig config, List<SectionOutcome> outcomes, double seconds) {
    Document document =
        new Document(
            config.title(),
            out.resolve("report.html"),
            out.resolve("results.json"),
            seconds,
            outcomes.stream().map(SectionEntry::of).toList());
    StringJoiner lines = new StringJoiner("\n");
    lines.add(config.title());
    for (SectionEntry section : document.sections()) {
      for (Headline h : section.headlines()) {
        lines.add("  %s: %s (%s)".formatted(h.label(), h.value(), h.note()));
      }
    }
    lines.add(String.format(Locale.ROOT, "Report after %.1f s: %s", seconds, document.report()));
    boolean failed = outcomes.stream().anyMatch(SectionOutcome.Failed.class::isInstance);
    return new Output(document, lines.toString(), failed ? Failure.FAILED : 0);
  }
}
