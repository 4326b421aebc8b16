package dev.lamina.analysis.study;

import dev.lamina.Lamina;
import dev.lamina.LaminaVersion;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.Provenance;
import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.ReportWriter;
import dev.lamina.config.LoadedConfig;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A study: its sections are run and a folder is filled with {@code report.html}, {@code
 * results.json}, {@code csv/}, {@code effective.conf} and, for each section, what is kept for the
 * next run.
 */
public final class Study {
  private final StudyConfig config;
  private final LoadedConfig loaded;
  private final Path folder;

  /**
   * Creates a study.
   *
   * @param config what is asked for
   * @param loaded the whole configuration it was read from
   * @param folder where the results go; made if it is missing
   */
  public Study(StudyConfig config, LoadedConfig loaded, Path folder) {
    this.config = config;
    this.loaded = loaded;
    this.folder = folder;
  }

  /**
   * How to run.
   *
   * @param cache where fetched data sets lie
   * @param fresh whether finished sections are run again
   * @param command the command that repeats the run, for the report
   * @param progress where to say how far a section is
   * @param listener hears which section begins and ends
   */
  public record Options(
      CacheFolder cache,
      boolean fresh,
      String command,
      Progress progress,
      StudyListener listener) {}

  /**
   * Loads the data, runs the sections and writes the results. A section that fails becomes part of
   * the report.
   *
   * @param lamina the open backend
   * @param options how to run
   * @return how each section ended
   * @throws RuntimeException if the data cannot be loaded or the folder cannot be written
   */
  public List<SectionOutcome> run(Lamina lamina, Options options) {
    long start = System.nanoTime();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
    Path page = folder.resolve("report.html");
    AtomicFile.requireWritable(page);
    try (PreparedData data =
        PreparedData.load(
            config.data(),
            options.cache(),
            config.seed(),
            lamina.config().precision(),
            lamina.backend())) {
      StudyContext context = new StudyContext(lamina, data, config.network(), config.seed());
      List<SectionOutcome> outcomes =
          new StudyRunner(
                  config, context, folder, options.fresh(), options.progress(), options.listener())
              .run();
      write(outcomes, context, provenance(lamina, options, start));
      return outcomes;
    }
  }

  private Provenance provenance(Lamina lamina, Options options, long start) {
    return new Provenance(
        LaminaVersion.text(),
        Runtime.version() + ", " + System.getProperty("java.vendor"),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors",
        lamina.backend().id().text(),
        lamina.backend().device().name() + ", " + lamina.backend().device().detail(),
        lamina.config().precision().name().toLowerCase(Locale.ROOT),
        config.seed(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        (System.nanoTime() - start) * 1e-9,
        lamina.config().settings(),
        EffectiveConfig.text(loaded, config, lamina),
        options.command());
  }

  private void write(List<SectionOutcome> outcomes, StudyContext context, Provenance provenance) {
    AtomicFile.writeString(folder.resolve("effective.conf"), provenance.config());
    AtomicFile.writeString(
        folder.resolve("results.json"), Json.write(results(outcomes, context, provenance)));
    Report report =
        new Report(
            config.title(),
            subject(context),
            outcomes.stream().map(Study::section).toList(),
            provenance);
    ReportWriter.write(report, folder);
  }

  private String subject(StudyContext context) {
    boolean aboutNetwork = config.sections().stream().anyMatch(s -> s.section().aboutNetwork());
    return StudySubject.of(context, aboutNetwork);
  }

  /** Returns the name of a section for anchors and files: learning-curve for learningCurve. */
  private static String anchor(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static Report.Section section(SectionOutcome outcome) {
    return switch (outcome) {
      case SectionOutcome.Done d ->
          new Report.Section(
              anchor(d.name()),
              d.title(),
              Optional.of(d.view()),
              Optional.empty(),
              d.seconds(),
              d.kept());
      case SectionOutcome.Failed f ->
          new Report.Section(
              anchor(f.name()),
              f.title(),
              Optional.empty(),
              Optional.of(f.message()),
              f.seconds(),
              false);
    };
  }

  private Map<String, Object> results(
      List<SectionOutcome> outcomes, StudyContext context, Provenance provenance) {
    Map<String, Object> sections = new LinkedHashMap<>();
    outcomes.forEach(outcome -> sections.put(outcome.name(), result(outcome)));
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("title", config.title());
    results.put("subject", subject(context));
    results.put("network", config.network());
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("train", context.data().train().provenance());
    data.put("test", context.data().test().provenance());
    results.put("data", data);
    results.put("sections", sections);
    results.put("provenance", provenance);
    return results;
  }

  private static Map<String, Object> result(SectionOutcome outcome) {
    Map<String, Object> entry = new LinkedHashMap<>();
    switch (outcome) {
      case SectionOutcome.Done d -> {
        entry.put("status", d.kept() ? "kept" : "done");
        entry.put("seconds", d.seconds());
        entry.put("config", d.config());
        entry.put("headlines", d.view().headlines());
        entry.put("result", d.result());
      }
      case SectionOutcome.Failed f -> {
        entry.put("status", "failed");
        entry.put("seconds", f.seconds());
        entry.put("config", f.config());
        entry.put("failure", f.message());
      }
    }
    return entry;
  }
}
