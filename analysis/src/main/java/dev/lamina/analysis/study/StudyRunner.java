package dev.lamina.analysis.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.LaminaVersion;
import dev.lamina.analysis.report.Json;
import dev.lamina.config.LaminaConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the sections of a study one after the other. A section that finished earlier with the same
 * data, network, configuration, precision, backend and code is not run again; one that fails does
 * not keep the others from running.
 */
final class StudyRunner {
  private final StudyConfig study;
  private final StudyContext context;
  private final SectionStore store;
  private final boolean fresh;
  private final Progress progress;
  private final StudyListener listener;

  /**
   * Creates a run.
   *
   * @param study what to do
   * @param context backend, data, network, seed
   * @param folder where finished sections are kept
   * @param fresh whether to run them again
   * @param progress where to say how far a section is
   * @param listener hears which section begins and ends
   */
  StudyRunner(
      StudyConfig study,
      StudyContext context,
      Path folder,
      boolean fresh,
      Progress progress,
      StudyListener listener) {
    this.study = study;
    this.context = context;
    this.store = new SectionStore(folder);
    this.fresh = fresh;
    this.progress = progress;
    this.listener = listener;
  }

  /** Runs all sections. */
  List<SectionOutcome> run() {
    String common = commonFingerprint();
    List<SectionOutcome> outcomes = new ArrayList<>();
    for (ConfiguredSection<?, ?> section : study.sections()) {
      listener.begins(section.section().name());
      SectionOutcome outcome = run(section, common);
      outcomes.add(outcome);
      listener.ended(outcome);
    }
    return List.copyOf(outcomes);
  }

  private String commonFingerprint() {
    LaminaConfig config = context.lamina().config();
    return new Fingerprint()
        .add(LaminaVersion.text())
        .addCodeOf(StudyRunner.class)
        .addCodeOf(LaminaVersion.class)
        .addCodeOf(context.lamina().backend().getClass())
        .add(context.lamina().backend().id().text())
        .add(config.precision().name())
        .add(Boolean.toString(config.deterministic()))
        .add(context.network().toString())
        .add(Long.toString(context.seed()))
        .add(context.data().train())
        .add(context.data().test())
        .text();
  }

  private SectionOutcome run(ConfiguredSection<?, ?> configured, String common) {
    StudySection<?, ?> section = configured.section();
    JsonNode config = Json.tree(configured.config());
    String fingerprint =
        new Fingerprint()
            .add(common)
            .add(section.name())
            .add(configured.config().toString())
            .text();
    Optional<SectionStore.Kept> kept =
        fresh ? Optional.empty() : store.find(section.name(), fingerprint);
    if (kept.isPresent()) {
      return done(section, config, kept.get(), true);
    }
    long start = System.nanoTime();
    try {
      Path work = store.kept(section.name(), fresh);
      ConfiguredSection.Finished finished = configured.run(context.in(work), progress);
      return done(
          section,
          config,
          store.keep(section.name(), fingerprint, finished, secondsSince(start)),
          false);
    } catch (RuntimeException | OutOfMemoryError e) {
      store.failed(section.name(), e);
      return new SectionOutcome.Failed(
          section.name(), section.title(), secondsSince(start), config, message(e), e);
    }
  }

  private static SectionOutcome done(
      StudySection<?, ?> section, JsonNode config, SectionStore.Kept kept, boolean earlier) {
    return new SectionOutcome.Done(
        section.name(),
        section.title(),
        kept.seconds(),
        config,
        kept.result(),
        kept.view(),
        earlier);
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static String message(Throwable e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
