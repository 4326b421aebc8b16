package dev.lamina.analysis.study;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.config.ConfigReader;
import java.util.Optional;

/**
 * A section and its configuration.
 *
 * @param <C> configuration
 * @param <R> result
 * @param section what kind of analysis
 * @param config how it is configured
 */
public record ConfiguredSection<C, R>(StudySection<C, R> section, C config) {

  /**
   * Reads the configuration of a section.
   *
   * @param section what kind of analysis
   * @param block its block
   * @param network the network under study
   * @return empty if there was a problem, which the reader has reported
   */
  static <C, R> Optional<ConfiguredSection<C, R>> read(
      StudySection<C, R> section, ConfigReader block, NetworkConfig network) {
    return block
        .read(reader -> section.read(reader, network))
        .map(config -> new ConfiguredSection<>(section, config));
  }

  /** Runs the analysis and shows its result. */
  Finished run(StudyContext context, Progress progress) {
    R result = section.run(context, config, progress);
    return new Finished(result, section.view(context, config, result));
  }

  /**
   * What an analysis found and how it is shown.
   *
   * @param result a record of plain values
   * @param view plots, tables and headlines
   */
  record Finished(Object result, SectionView view) {}
}
