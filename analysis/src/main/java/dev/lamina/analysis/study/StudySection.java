package dev.lamina.analysis.study;

import dev.lamina.analysis.report.SectionView;
import dev.lamina.config.ConfigReader;

/**
 * One kind of analysis as part of a study: how it is configured, run and shown. Implementations
 * have no state.
 *
 * @param <C> its configuration: a record of plain values, whose {@code toString} says everything
 *     that the result depends on
 * @param <R> its result: a record of plain values that Jackson can write
 */
public interface StudySection<C, R> {

  /** {@return the key below {@code study.sections}, such as {@code regression}} */
  String name();

  /** {@return the heading in the report} */
  String title();

  /**
   * {@return whether the section is about the network of the study; others, which look at the data
   * alone or bring networks of their own, leave it unmentioned}
   */
  default boolean aboutNetwork() {
    return true;
  }

  /**
   * Reads the configuration. Every value goes through the reader, which collects what is wrong; a
   * record's own checks may throw IllegalArgumentException.
   *
   * @param config the block of this section; empty if the user gave {@code {}}
   * @param network the network under study, for defaults
   * @return the configuration, complete even after a problem was reported
   */
  C read(ConfigReader config, NetworkConfig network);

  /**
   * Runs the analysis. The result depends on the arguments alone, progress aside.
   *
   * @param context backend, data, network, seed
   * @param config what {@link #read} returned
   * @param progress where to say how far it is
   * @return the result
   */
  R run(StudyContext context, C config, Progress progress);

  /**
   * Turns the result into what the report shows.
   *
   * @param context what {@link #run} was given
   * @param config what {@link #read} returned
   * @param result what {@link #run} returned
   * @return plots, tables and texts
   */
  SectionView view(StudyContext context, C config, R result);
}
