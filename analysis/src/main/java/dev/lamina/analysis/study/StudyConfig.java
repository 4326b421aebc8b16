package dev.lamina.analysis.study;

import dev.lamina.analysis.data.DataConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * A study as it was asked for.
 *
 * @param title its title
 * @param seed seed of everything random that has no seed of its own
 * @param base what relative paths of the data start from
 * @param data which samples
 * @param network the network under study
 * @param sections the analyses in the order in which they run
 */
public record StudyConfig(
    String title,
    long seed,
    Path base,
    DataConfig data,
    NetworkConfig network,
    List<ConfiguredSection<?, ?>> sections) {

  /** Copies the sections. */
  public StudyConfig {
    sections = List.copyOf(sections);
  }
}
